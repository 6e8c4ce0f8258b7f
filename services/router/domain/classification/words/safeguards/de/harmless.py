"""German words that look like signs and are read over."""

HARMLESS = """
[harmless]
kohlenmonoxidmelder|co melder + kaufen|bestellen|auf lager|lieferbar
blutrot*|blutorange*|badebombe*|heissklebepistole*|klebepistole*|massagepistole*|wasserpistole*|bomberjacke*
polizeikostum*|arztkostum*|feuerwehrkostum*|skelettkostum*|piratenkostum*
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
kann mir jemand|konnte mir jemand|kann uns jemand|jemand + helfen|sagen|erklaren|hilft|hilf|schreiben|zeigen
link in der mail|link in eurer mail|link in ihrer mail|link zum zurucksetzen|bestatigungslink|code aus der mail
  |code den ihr|schulden sie mir|schuldet ihr mir|schulden sie uns|rauchgrau|betrug am kunden|reine abzocke|ihr diebe
  |ihr gauner|raubrittertum|stossfest|schlage vor|cd brennen
  |dvd brennen
  |prozess killen|app killen|kill ich den
festnetz|anschluss|wlan + tot|ist tot
gasrechnung|gaszahler|gastarif|gasvertrag|fire tv|fire stick|todmude|totes meer|stand by|rauchfrei|feuerfest
  |tod und teufel|blutdruck*|bluthochdruck|blutorange*|taub nuss|feuerwerk
rauchmelder kaufen|ohne funken|sterbenslangweilig|tafel schokolade|brennpunkt
"""
