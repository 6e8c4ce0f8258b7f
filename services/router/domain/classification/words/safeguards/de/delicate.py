"""German words for people, bodies and harm, which routine matters seldom name: no safeguard, a doubt."""

DELICATE = """
[delicate]
nie wieder|nie mehr
auf der wache|auf die wache|zur wache|revier|beamte|beamten|auslanderbehorde|asyl*|konsulat|jugendamt|sozialamt
  |jobcenter|betriebsrat*|gewerkschaft*|notar|notarin|justiziar*|ordnungsamt|gesundheitsamt|gerichtsvollzieher*
katheter*|kanule*|magensonde|sondennahrung|ernahrungspumpe|stoma|stomabeutel|dialyse|inhalator*|vernebler|insulin*
  |teststreifen|horgerat*|herzschrittmacher|prothese*|rollator|inkontinenz*|beatmung*|spezialmilch|spezialnahrung
  |sauerstoff*|chemo*|transplant*|schlaganfall|krampfanfall*|impf*
falls & erlebe|noch lebe|noch am leben
man mich findet|ihr mich findet|sie mich finden
darf ich nicht|ich darf nicht|darf nicht & tur|ans telefon|aus dem haus
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
"""
