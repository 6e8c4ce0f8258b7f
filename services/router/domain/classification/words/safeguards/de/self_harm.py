"""German signs that somebody may harm themselves."""

SELF_HARM = """
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
"""
