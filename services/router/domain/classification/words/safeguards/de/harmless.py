"""German words that look like signs and are read over."""

HARMLESS = """
[harmless]
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
gasrechnung|gaszahler|gastarif|gasvertrag|fire tv|fire stick|todmude|totes meer|stand by|rauchfrei|feuerfest
  |tod und teufel|blutdruck*|bluthochdruck|blutorange*|taub nuss|feuerwerk
rauchmelder kaufen|ohne funken|sterbenslangweilig|tafel schokolade|brennpunkt
"""
