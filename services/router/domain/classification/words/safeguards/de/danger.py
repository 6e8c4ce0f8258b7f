"""German signs of danger to life and limb."""

DANGER = """
[danger]
riech*|geruch|stinkt|stinken & ei|eier|eiern|schwefel*|faul|faulen|verfault*
kohlenmonoxid*|co alarm|co melder|*vergiftung|*vergiftungen|*gasgeruch|*brandgeruch|*brandverletzung|*verbrennung
  |*verbrennungen
finger|daumen|zeh|fingerkuppe* & abgerissen|ab|abgetrennt|abgeschnitten|gequetscht
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
wasser & decke|strom*|rohrbruch|sicherungskasten|kommt durch|steckdose*|uberschwemm*
"""
