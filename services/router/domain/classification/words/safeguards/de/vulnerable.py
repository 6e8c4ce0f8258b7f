"""German signs that a customer is in need: death, violence, illness, poverty."""

VULNERABLE = """
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
"""
