"""German signs that a person must read a message."""

DE = """
[danger]
riech*|geruch|stinkt|stinken & ei|eier|eiern|schwefel*|faul|faulen|verfault*
kohlenmonoxid*|co alarm|co melder
akku|batterie & blaht|heiss|dick|raucht
zugeschwollen|geschwollen|zugequollen & auge*|gesicht|hals
kleinkind|kind|baby & allein|eingesperrt|drin & tur|schloss|auto|wohnung
bewusstlos*|ohnmachtig|ohnmacht|atmet nicht mehr|atmet nicht|keine luft|atemnot|erstick*|zusammengebrochen
riech*|geruch|stinkt|stinken|leck|ausgetreten|tritt|stromt|austritt|zischt & gas|erdgas
gasgeruch|gasleck|gasaustritt|gasalarm|kohlenmonoxid|co melder
rauchmelder & piept|schlagt|alarm|ausgelost
brennt|brennend*|es brennt|feuer|flammen|in brand|hausbrand|wohnungsbrand|feuerwehr|abgebrannt|angebrannt
  |verschmort*|schmor*|kokel*|brandgeruch
verbrannt|angesengt & riech*|geruch|hand|finger|haut|kind|kabel|stecker
rauch*|qualm* & kommt|steigt|akku|ladegerat|steckdose|kuche|zimmer|wohnung|gerat|ofen|aus|schwarz*|uberall|keller
qualmt|qualm|raucht aus|funken|kurzschluss
explodier*|explosion|geplatzt|aufgeblaht|geschmolzen|schmilzt & akku|handy|ladegerat|gerat|batterie|flasche|topf
  |roller|mir|ofen
explodiert|explosion
stromschlag*|einen schlag bekommen|elektrischen schlag|eine gewischt|unter strom|blanke kabel|offene kabel
  |blankes kabel
blut*|bewusstlos|ohnmacht*|atmet nicht|keine luft|luft bekommen|atemnot|nicht atmen|erstick*|verschluckt
  |zusammengebrochen
umgekippt & mutter|vater|kind|oma|opa
blutet|blute|bluten|blutend*|krampfanfall|krampfe|schlaganfall|herzinfarkt|brustschmerz*|schmerzen in der brust
  |uberdosis|vergift*|krankenwagen|rettungswagen|notarzt|krankenhaus|notaufnahme|intensivstation|notruf
verletz*|verbruh*|verbrannt & hand|finger|gesicht|arm|bein|kind|sohn|tochter|mich|sich|schwer
geschnitten|gebrochen & hand|finger|arm|bein|hufte|tief|nase|zahn|sich|mich
verletzt|verletzung*|genaht|gehirnerschutterung|gesturzt|sturz & treppe|kann nicht|aufstehen|mutter|oma|boden
  |verletzt|leiter|opa
gesturzt
allergisch*|allergie|allergiker* & reaktion|schock|gegessen|geschwollen|enthalt|enthalten|nusse|erdnuss*|kennzeich*
  |sohn|tochter|kind
anaphyla*|geschwollen|schwillt|anschwell* & gesicht|lippen|zunge|hals|augen
ausschlag|blasen|quaddeln & creme|seit|nach|haut|gesicht|benutz*
erbroch*|erbricht|ubergeben|lebensmittelvergiftung & gegessen|essen|seit|nach|kind|sohn|tochter
lebensmittelvergiftung
insulin|sauerstoff*|inhalator*|asthmaspray|dialyse|beatmungsgerat|herzschrittmacher|chemo*|epipen|notfallspritze
  |defibrillator
medikament*|medizin|arznei*|tabletten|rezept & fehl*|nicht da|nicht angekommen|nicht gekommen|nicht geliefert|ohne
  |verspat*|leer|aufgebraucht|letzte*|verloren|falsche*|dringend|brauch*|keine
kind|kinder|baby|saugling|sohn|tochter|enkel*|oma|opa|mutter & verschluckt|eingesperrt|eingeklemmt|gefahr|fieber
  |allein*|vermisst|verschwunden|getrunken|erfrier*|friert|strom
hund|katze|welpe|tier|tiere|pferd|kater & verschluckt|eingesperrt|eingeklemmt|gefressen|stirbt|krank|vergiftet
  |allein*|gefahr|verletzt
verschluckt & batterie|knopfzelle|magnet*|munze|tablette*|teil|reiniger|waschmittel
eingesperrt|eingeschlossen|steckengeblieben|stecke fest|fest & aufzug|fahrstuhl|bad|auto|tur|keller
lebensgefahr*|gefahrlich*|in gefahr|leben und tod|sterben konnen|hatte sterben|stirbt|fast gestorben
  |beinahe gestorben|medizinischer notfall
wasser & decke|strom*|lauft|rohrbruch|steckdose*|uberschwemm*
[self_harm]
nach heute nacht|nach heute abend|nach heute & nichts|niemand*|keiner|nicht mehr|egal
will|mochte|wollte|wunschte|ware|wenn & tot & ich|mich
keiner|niemand & vermissen|vermisst
mache|mach|machen & schluss & allem|heute|leben|nacht
alle|zu viele|schachtel & tabletten|pillen & genommen|geschluckt
besser & dran|ohne mich & alle|ich|tot
kann|will & nicht & weiterleben|weiter leben|weitermachen
brucke|dach|gleise|hochhaus|fenster & stehe|springe|springen|runter
springe gleich|ich springe|bringt sich um|sich umbringen|sich das leben|mich geritzt|ritze|geritzt|mich umzubringen
  |hange mich auf|mir wehtun|mir weh tun|tue mir was an|tue mir etwas an|tu mir was an|hab das leben satt
  |das leben satt
keinen grund|kein grund|wozu noch|wozu & aufzuwachen|leben|morgen|weiter
leben & nichts mehr wert|satt|sinnlos|keinen sinn|vorbei
letzte nachricht|letzten worte|lebt wohl
sagen|sagt|sag & kindern|familie|mutter|frau & liebe|lieb
morgen|nachste woche|bald & nicht mehr da|weg sein & bin|ich
niemand & vermissen & weg|mich
nicht mehr da|wenn ich weg & besser|waren|alle
selbstmord*|suizid*|mich umbringen|bringe mich um|bring mich um|mir das leben nehmen|mir etwas antun|mir was antun
  |mich verletzen|ritze mich|mich ritzen|selbstverletz*|mich aufhangen|mich erhangen|leben beenden|leben ein ende
  |allem ein ende|schluss machen mit allem
will|mochte|wollte|lieber & sterben|tot sein|nicht mehr leben|nicht mehr aufwachen|nicht mehr da sein
  |nicht mehr hier sein
nicht mehr & leben & will|kann|mag|mochte|lohnt|sinn
kein|keinen|keine & sinn|grund|lust & leben|lebens|weiterleben|weiterzuleben|mehr & leben|weiter*
lebensmude|des lebens mude|nichts mehr wofur|leben hat keinen sinn|leben macht keinen sinn|ware besser tot
  |besser ohne mich|ohne mich besser|ware ich doch tot
ich kann nicht mehr & leben|alles|ende|weiter|sterben
vor den zug|von der brucke|aus dem fenster springen|alle tabletten|uberdosis|abschiedsbrief|fur immer weg
  |wenn ich weg bin|wenn ich nicht mehr da bin
[legal]
anwalt*|anwaltin*|rechtsanwalt*|rechtsbeistand|rechtliche schritte|juristisch*|vor gericht|gericht|gerichtlich*
  |verklag*|klage|klage einreichen
anzeige & erstatt*|polizei|gegen|stelle
mahnbescheid|gerichtsvollzieher|pfandung|inkasso|strafanzeige|rechtsschutz*|vorladung|staatsanwalt*
[regulator]
ombudsm*|bafin|aufsichtsbehorde|verbraucherschutz*|verbraucherzentrale|bundesnetzagentur|datenschutzbehorde
  |schlichtungsstelle
[fraud]
ausweis|reisepass|personalausweis|identitat & konto|kredit|vertrag|eroffnet
lastschrift|abbuchung|zahlung & nicht erlaubt|nie erlaubt|nicht zugestimmt|nie zugestimmt
bestellt|kauft|zahlt & mit meiner karte|meiner karte|meinem konto
sparkonto|konto & leer|leergeraumt
betruger*|betrugs*|hochstapler|uberlistet|ausgetrickst
fremden|unbekannten & kennwort|passwort|pin|code*|daten
jemand & identitat|konto & kredit|ubernehmen|ubernommen|versucht
mail|nachricht|sms & echt|betrug|verdachtig* & kartendaten|daten|link|ihnen
nicht aufgegeben|nicht bestellt & bestellung*|bestatigung*
karte & benutzt|belastet & ich bin|zu hause|ausland|brasilien|nie war
betrug|betruger*|betrogen|phishing|identitatsdiebstahl
identitat & gestohlen|benutz*|missbrauch*|geklaut
gehackt|hacker*|nicht autorisierte abbuchung*|nicht autorisierte zahlung*|unbefugt*|missbrauch*|abgezockt
  |reingelegt|hereingefallen|fake shop|fakeshop
jemand|fremde*|unbekannt*|anderer|andere person|jemand anderes|dritte*|mein ex & benutz*|verwend*|eingeloggt
  |angemeldet|zugriff|bestellt|gekauft|geandert|ist in|drin|nutzt|genutzt|ausgegeben & konto|karte|account|namen
  |daten|profil|kundenkonto
auf meinen namen|in meinem namen|unter meinem namen & bestellt|vertrag|konto|kredit|jemand|abgeschlossen
nicht von mir|nicht ich|nie|habe nicht|nicht|niemals & gemacht|getatigt|bestellt habe|nie bestellt
  |selbst autorisiert|unterschrieben|erkenne|kenne|veranlasst & zahlung*|abbuchung*|buchung*|bestellung*|uberweisung*
  |vertrag|kauf|konto|karte|kredit
nicht von mir & abbuchung*|buchung*|zahlung*|bestellung*|uberweisung*|login|anmeldung
unbekannte abbuchung*|fremde abbuchung*|unberechtigt* abbuch*
ohne meine zustimmung & abgebucht|vertrag|konto|geld
geld|erspartes|guthaben|konto & weg|verschwunden|leergeraumt|abgeraumt|geplundert|leer
pin|tan|passwort|code|link|daten & weitergegeben|eingegeben|angeklickt|gegeben|geklickt & anruf*|sms|mail|komisch*
  |jemand|bank
[crime]
entrissen|angegriffen|droht|drohte|gedroht|verprugelt|zusammengeschlagen
polizei|gestohlen*|geklaut|klaut|diebstahl|dieb|diebe|raub*|uberfall|uberfallen|uberfiel|einbruch*|einbrecher*
  |eingebrochen|ausgeraubt|taschendieb*
erpress*|droht mir|bedroh*|drohung*|gestalkt|stalk*|belastig*|entfuhr*|nachgestellt|verfolgt mich|gefalscht*
  |korperverletzung
[vulnerable]
kontrolliert|durchsucht|liest|uberwacht|schnuffelt & mein handy|mein telefon|meine nachrichten|meine mails
  |meinem handy|alles mit
heizung & neugeborenes|baby|saugling|kinder & kein|keine|ohne|seit
essen & heizen & oder|zwischen|entscheiden
tafel & lebe|leben|gehe|seit
psychiatrie|nervenzusammenbruch|zusammenbruch & hatte|klinik|bin
erbe|erbin|er ist gestorben|sie ist gestorben|ist er gestorben|ist sie gestorben|beerdigt|toten bruder|toten vater
  |toten mutter|totem|nicht mehr bei uns|opas tod|omas tod
  |spielsucht*|spielsuchtig*|alleinerziehend*
starb & mann|frau|mutter|vater|freund*|sohn|tochter|bruder|schwester
tod|tot & meines|meiner|person|vertrag|mama|papa|opas|omas
tod & ist
umzubringen|umbringen & droht|gedroht|bedroht|er|sie
kein geld & strom*|rechnung|bezahlen|zahlen
kann|schaffe & rechnung|raten|miete & nicht & krank*|monat|job|geld|verloren
burgergeld|grundsicherung|wohngeld|sozialhilfe|im auto & wohn*|leb*|bezieh*|schlaf*
verwirrt*|dement* & vater|mutter|oma|opa|eltern & vertrag*
gestorben|verstorben*|verstarb|tod|tot|todesfall|beerdigung|verloren|beigesetzt & mann|frau|mutter|vater|sohn
  |tochter|bruder|schwester|oma|opa|gross*|partner*|ehemann|ehefrau|kontoinhaber|kunde|kind|baby|eltern|cousin*
  |tante|onkel|freund*|nachbar*
todesfall|sterbeurkunde|beerdigung|witwe*|hinterblieben*|trauerfall|nachlass|erbschein|fehlgeburt
  |totgeburt
gewalt|gewalttatig*|misshandel*|missbraucht|schlagt mich|geschlagen|prugelt|frauenhaus|kontaktverbot
  |einstweilige verfugung|auf der flucht vor
ex|exmann|ex mann|mann|partner|freund|ehemann|vater & findet|finden|erfahr*|darf nicht wissen|bedroht|angst
  |verfolgt|schlagt|gewalt*|stalk*|ortet|kontrolliert
angst & um mein leben|vor ihm|vor meinem|nach hause|meine sicherheit|um meine
kann|konnen|kein|keine|nicht|reicht & geld|leisten|bezahlen|zahlen|kaufen & essen|heizung|heizen|miete|strom
  |lebensmittel|kinder|windeln|medikamente|brot
essen oder heizen|heizen oder essen|nichts zu essen|nichts mehr zu essen|hungern|hunger
tafel & gehen|lebensmittel|essen
arbeitslos*|job verloren|arbeit verloren
gekundigt worden & miete|geld|job|zahlen
obdachlos*|wohnungslos*|zwangsraumung|raumungsklage|privatinsolvenz|insolvenz|schulden*|burgergeld|hartz|jobcenter
  |kein einkommen
kein geld & mehr|essen|kinder|heizung|strom|monat|leben
strom|heizung|gas|wasser|warm* & abgestellt|abgeschaltet|gesperrt|sperrung|abstellen|sperren|ausgefallen|kalt
  |geht nicht|kaputt & baby|kind*|alt*|krank*|schwanger|frier*|winter|oma|minus|zahlen
ohne heizung|frieren|wir frieren|unterkuhl*
krebs|krebskrank*|todkrank|unheilbar|sterbenskrank|palliativ*|hospiz|demenz*|demente|alzheimer|behindert*
  |behinderung|rollstuhl|gehorlos|taub|blind|depress*|panikattacke*|angststorung|pflegebedurftig*|bettlagerig
  |pflegegrad|im sterben
[delicate]
teamviewer|anydesk|fernzugriff|fernwartung|bildschirm teilen & bank|onlinebanking|hilft|sagt|einloggen
angeblich & abgeschlossen|unterschrieben|bestellt|kredit|vertrag|gekauft
kind|kleiner junge|kleines madchen|baby & allein*|ohne schuhe|ohne eltern|weint
treppe & runter|hinunter|gefallen|sturz*|herunter
herz|brust & rast|stolpert|klopft|sticht|druckt
wozu ich noch aufstehe|wozu ich aufstehe|wofur ich aufstehe|komme nicht mehr aus dem bett
gestorben|verstorben*|ist tot
ohne dass ich|nicht angefordert|nie angefordert|nicht angemeldet|nicht anmelde|obwohl ich & code|codes|link|links
anmeldung|anmeldungen|login|gerat|e mail|mail & erkenne|seltsam*|verdachtig*|unbekannt*|fremd*
fremden|fremder|fremde & adresse|anschrift|profil|konto
fur die woche|bis zum ersten|bis monatsende|bis freitag & euro|kinder
karte & jemand|geklaut|verschwunden|entwendet
damit|ohne dass|so dass|dass & er & nicht|nichts & mitbekommt|merkt|sieht|erfahrt|herausfindet|findet|weiss
hinterlegt*|ersatz*|gespeichert*|wiederherstell* & nummer|handynummer|telefon*|mail*|email*|gerat & nicht meine
  |nicht meins|nicht von mir|nicht mir|kenne ich nicht|kenne ich gar nicht|unbekannt*|fremd*
richter|richterin|gericht|verhandlung|gefangnis|haft|anwalt|anwaltin|gerichtsvollzieher|insolvenz*|marktaufsicht
  |staatsanwalt*|bewahrungshelfer*|schuldnerberat*
notunterkunft|frauenhaus|obdachlosen*|im auto|auf der strasse|im zelt|obdachlos|wissen nicht wohin|rausgeworfen
  |rausgeschmissen
  |wohnung ist weg|wohnung verloren
essen|gegessen|leben & nur|seit tagen|brot|nudeln|reis|nichts
bis monatsende|verdunnen|satt bekommen|ernahren & euro|kinder|milch|noch
kopiert|geklont|dupliziert
das war ich nicht|ich war das nicht|nie gemacht|nicht gemacht|nie bestellt|nichts bestellt|nicht meine unterschrift
  |nicht von mir
tabletten|blute|verschluckt|im mund|gegessen & wird|dick|getrunken|gefressen|zunge|lippen|alle|viele|doppelt|herz*
geschmolzen|gluht|stichflamme|gespuckt|schlag bekommen|eine gewischt|kribbelt|blasen|zittert|eis am|schmilzt
urne|asche|beigesetzt|beerdig*|beerdigung|leichenschmaus|bestatter*|eingeschlafen|von uns gegangen|lebt nicht mehr
eingesperrt|steckt fest|steckt seit|verfolgt|lauft mir|hinterher|mir nach
krankenhaus|krankenbett|spritzen|sauerstoff|herztabletten|nadeln & mein*|fur|vom|sind|die
karte & mann|mitbewohner|schwager|pflegerin|tur|nachbar & gab|kauft|bezahlt|fort|damit|weg
zur last|eine last|nur last|last fur|keinen sinn|sinn mehr|nicht mehr erleb*|erlebe ich|nicht mehr da|zu mude
mein mann|meine frau|meinem mann|meiner frau|mein sohn|meine tochter|meines sohnes|meiner tochter|mein kind
  |meine kinder|mein baby|meine mutter|mein vater|mein bruder|meine schwester|oma|opa|grossmutter|grossvater|enkel
  |enkelin|kleinkind|neugeborenes|saugling|mein nachbar*|meinen nachbarn|meine nachbarin|mein ex|meine ex|pflegerin
  |pfleger|unser hund|unseren hund|mein hund|meine katze|papa|mama|das madchen|die kleine|der kleine
blut|wunde|magen|hals|lunge*|finger|haut|knochen|schwanger|diabetik*|asthma*|epilep*|allergi*|krank|arzt|arztin
  |operation|notfall|hilfe schnell|hilfe bitte|angst|panik|weine|verzweifelt|einsam|allein|schmerz*
messer|pistole|waffe|bombe|flammen|gebrannt|brennt|verbrannt|rauch|explo*|unfall|angefahren|uberfahren|ertrink*
  |erfrier*|eiskalt|giftig|vergiftet|bremse|bremsen|zugeschwollen
ein mann|ein herr|verfolgt|angefasst|festgehalten|entrissen|verstecke|versteck|geflohen|fliehen|flucht|gefahr|tot
  |tod|toten|sterben|stirbt|gestorben|umbringen|leben & wozu|weiter|nicht mehr|satt
sparkonto|erspartes|konto & leer|weg|abgeraumt
code|pin|tan|nummern & mann|herr|telefon|anruf|polizei|entlockt|finanzamt
ausweis|reisepass|identitat & konto|jemand|eroffnet
lastschrift|abbuchung & nie|erlaubt
kein essen|weder essen|kein geld|hunger|tafel|arbeitslos|schulden|psychiatrie|zusammenbruch|angegriffen|droht
  |drohen|kohlenmonoxid*|keine heizung
[harmless]
die police|meine police|der police|police hat|police eines|neue police|versicherungspolice
der ventilator|den ventilator|dem ventilator|ein ventilator|einen ventilator|mein ventilator|meinen ventilator
handy|telefon|laptop|rechner|computer|akku|tablet|konsole|router|internet|leitung|verbindung|bildschirm|display
  |fernseher|kamera|drucker|wasserkocher|toaster|ofen|kuhlschrank|waschmaschine|trockner|spulmaschine|geschirrspuler
  |staubsauger|kaffeemaschine|lampe|birne|lautsprecher|kopfhorer|fernbedienung|uhr|ladegerat|gerat|app|seite|mixer
  |bugeleisen|maus|tastatur|maschine
  + tot|ist tot|sind tot|war tot|gestorben|ist gestorben|ist mir gestorben|ist mir einfach gestorben
  |ist einfach gestorben|stirbt|verstorben|ist verstorben
tote|toter|totes|toten
  + handy|telefon|laptop|rechner|computer|akku|tablet|konsole|router|internet|leitung|verbindung|bildschirm|display
  |fernseher|kamera|drucker|wasserkocher|toaster|ofen|kuhlschrank|waschmaschine|trockner|spulmaschine|geschirrspuler
  |staubsauger|kaffeemaschine|lampe|birne|lautsprecher|kopfhorer|fernbedienung|uhr|ladegerat|gerat|app|seite|mixer
  |bugeleisen|maus|tastatur|maschine
gasrechnung|gaszahler|gastarif|gasvertrag|fire tv|fire stick|todmude|totes meer|stand by|rauchfrei|feuerfest
  |tod und teufel|blutdruck*|bluthochdruck|blutorange*|taub nuss|feuerwerk
rauchmelder kaufen|ohne funken|sterbenslangweilig|tafel schokolade|brennpunkt
"""
