"""What happens to bodies and things in situations, in seven languages: what fails, burns, is swallowed, who falls."""

DOINGS = """
[failing]
en stopped|stops|stopping|failed|failing|died|dead|broke|broken|packed in|packed up|given up|gave up|conked out
  |wont start|wont turn on|wont switch on|not working|isnt working|doesnt work|nor is|beeping|bleeping|cut out|cuts out
  |cutting out|keeps alarming|wont charge|wont go|not pumping|stuck|jammed|kaput|nor does
es parado|se para|se paro|fallado|fallo|falla|roto|rompio|estropead*|estropeo|averiad*|apagado|apaga|pita|pitando
  |no funciona|no va|no arranca|no enciende|no carga|dejo de|ha dejado de|tampoco|muerto|atascad*
de stehengeblieben|stehen geblieben|steht still|stoppt|ausgefallen|ausgegangen|geht nicht|geht auch nicht|auch nicht
  |lauft nicht|funktioniert nicht|kaputt|defekt|piept|springt nicht|ladt nicht|streikt|spinnt|gibt keinen mucks
  |tot|setzt aus|blockiert
fr arretee|arrete|s arrete|en panne|tombee en panne|lachee|lache|cassee|casse|ne marche|marche plus|ne fonctionne
  |fonctionne plus|bipe|ne demarre|ne charge|non plus|morte|bloque|bloquee
pt parou|parada|avariou|avariad*|estragou|estragad*|quebrou|quebrad*|nao funciona|nao liga|nao arranca|apita
  |apitando|deixou de|tambem nao|encravou|morreu
it fermata|fermato|si ferma|rotta|rotto|guasta|guasto|non va|non funziona|non parte|non si accende|suona|smesso|neanche
  |bloccata|bloccato|morta
nl gestopt|stopt|stil|stilgevallen|uitgevallen|kapot|stuk|doet het niet|werkt niet|start niet|piept|begeven|laadt niet
  |ook niet|vastgelopen|hapert
[wanting]
en run out|ran out|running out|out of|runs out|down to|last one|last two|last strip|last tablet|none left|nothing left
  |all gone|used up|without|misses|missed|has missed|hasnt come|has not come|hasnt arrived|not arrived|never came
  |not turned up|still waiting|where is|where are|wheres|when will|when does|when is
es no queda*|no le queda*|queda una|queda uno|quedan dos|se le acab*|se nos acab*|se acab*|acabado|sin|ultima|ultimo
  |no llega*|no ha llegado|no han llegado|donde esta*|cuando llega*|agotad*|a punto de acabarse
de sind alle|ist alle|leer|aufgebraucht|zu ende|gehen aus|gehen zu ende|geht aus|ausgegangen|letzte|letzten|keine mehr
  |kein|keine|keinen|ohne|nicht gekommen|nicht da|nicht angekommen|fehlt|fehlen|wo ist|wo bleibt|wo sind|wann kommt
  |wann kommen
fr n a plus|n ont plus|n ai plus|n avons plus|plus de|plus d|a court|dernier|derniere|derniers|manque|manquent|sans
  |pas arrive*|pas recu|ou est|ou sont|quand arrive*|epuise|fini|finis
pt acab*|esgot*|sem|ultimo|ultima|ultimos|falta|faltam|nao chegou|nao chegaram|nao veio|onde esta*|quando chega*
it finit*|ha finito|esaurit*|senza|ultima|ultimo|ultime|manca|mancano|non e arrivat*|non arriva|dov e|dove sono
  |quando arriva*
nl zijn op|is op|bijna op|opgebruikt|laatste|geen|zonder|niet gekomen|niet aangekomen|ontbreekt|ontbreken
  |waar is|waar blijf*|wanneer komt|wanneer komen
[swallowing]
en swallow*|in his mouth|in her mouth|in its mouth|in the mouth|put in his|down his throat|down her throat
  |up his nose|up her nose|chewed|chewing|bitten|bit into|bit one|licked|sucked|sucking|drank|drunk|drinking|ate|eaten
  |got hold of
es tragad*|trago|en la boca|a la boca|mordid*|mordio|mordisque*|chupad*|chupo|lamid*|bebid*|bebio|comid*|comio
  |ingerid*|por la nariz
de verschluckt|geschluckt|im mund|in den mund|gekaut|zerbissen|gebissen|gelutscht|genuckelt|geleckt|abgeleckt
  |getrunken|gegessen|gefressen|in der nase
fr avale|dans la bouche|a la bouche|mordu|croque|machouille|suce|leche|bu|mange|dans le nez
pt engoliu|engolido|na boca|a boca|mordeu|trincou|chupou|lambeu|bebeu|comeu|no nariz
it ingoiat*|inghiottit*|in bocca|morso|morsicat*|succhiat*|leccat*|bevuto|mangiat*|nel naso
nl ingeslikt|doorgeslikt|in zijn mond|in haar mond|in de mond|gebeten|gekauwd|gezogen|gelikt|gedronken|opgegeten
  |gegeten|in zijn neus
[jolting]
en shocks|little shock|little shocks|a shock|mild shock|tingl*|a belt off|belt off|a jolt|jolts|jolted|zap|zaps|zapped
  |buzz up my arm|buzzes my hand|static off
es calambr*|cosquilleo|hormigueo|corriente al|me da corriente|sacudid*|chispazo*
de gewischt|kribbelt|kribbeln|kribbelts|schlag bekommen|stromschlag*|einen schlag|bitzelt|bizzelt
fr chataigne|coup de jus|picote|picotements|decharge*|du courant|electrise
pt choque|formigueiro|descarga|da choque
it scossa|scosse|formicolio|pizzica
nl schok|schokken|schokje*|tintelt|tintelingen|stroomstoot*
[odd smell]
en smell*|stink*|stank|pong*|whiff|niff*|odour|odor|fumes|yellow flame|flames yellow|flame is yellow|flame yellow
  |orange flame|goes yellow|soot
es huele|olor|tufo|peste|apesta|llama amarilla|hollin
de riecht*|riechts|geruch|*geruch|stinkt*|mieft|flamme gelb|gelbe flamme|russ
fr sent|odeur*|pue|flamme jaune|suie
pt cheir*|fedor|chama amarela|fuligem
it odore|puzza|puzzo|fiamma gialla|fuliggine
nl ruikt|geur|stinkt|stank|rare lucht|vreemde lucht|gele vlam|roet
[faint]
en headache*|dizzy|dizziness|drowsy|nodding off|lightheaded|light headed|woozy|passed out|pass out|feel faint|fainted
  |sleepy|nausea|nauseous|feel sick|feeling sick|queasy
es maread*|mareo*|mareando|mareamos|dolor de cabeza|duele la cabeza|atontad*|somnolien*|nauseas|desmay*
de schwindel*|schwindlig|schwindelig|schwummrig|kopfschmerz*|kopfweh|benommen|ubel|mude|bewusstlos|umgekippt
fr tete qui tourne|mal a la tete|maux de tete|vertige*|etourdi*|nausee*|somnolen*|evanoui*
pt tont*|tontura*|dor de cabeca|dores de cabeca|enjoad*|nausea*|sonolen*|desmai*
it gira la testa|mal di testa|capogir*|nausea|sonnolen*|svenut*|stordit*
nl hoofdpijn|duizelig|misselijk|suf|flauw|flauwgevallen|slaperig
[falling]
en had a fall|fallen twice|fallen again|fallen down|fallen over|fallen out|fell down|fell over|fell off|fell out
  |slipped in
  |slipped twice|gone over|came off it|gone down twice|went down with|on the floor an|on the floor since|cant get up
es se ha caido|se cayo|resbalado|se resbalo|en el suelo desde|no se puede levantar|no puede levantarse
de gesturzt|hingefallen|ist gefallen|umgefallen|ausgerutscht|rausgefallen|liegt am boden|liegt auf dem boden
  |kommt nicht hoch
fr est tombe|est tombee|deja tombe|tombe deux|tombee deux|a glisse|par terre depuis|ne peut pas se relever
pt ja caiu|caiu duas|caiu da|caiu na|escorregou|no chao desde|nao se levanta
it e caduto|e caduta|gia caduto|gia caduta|caduto due|scivolat*|a terra da|non si alza
nl is gevallen|twee keer gevallen|al gevallen|uitgegleden|op de grond|kan niet opstaan
[last of it]
en last tin|last can|last bottle|last carton|last scoop|on my last|on our last|run out|ran out|nearly out|none left
es ultimo bote|ultima lata|ultimo biberon|ultimo carton|no queda|se acaba|se nos acaba
de letzte dose|letzten dose|letzte packung|letzten packung|letzte flasche|keine mehr|fast leer|ist leer
fr derniere boite|dernier biberon|derniere brique|plus de
pt ultima lata|ultimo pacote|ultimo biberao|esta a acabar|acabou
it ultimo barattolo|ultima confezione|ultimo biberon|e finito
nl laatste bus|laatste blik|laatste pak|bijna op|is op
[babys milk]
en milk|formula|baby food
es leche|formula|potito*
de milch|pulver|babynahrung|*milch
fr lait
pt leite
it latte
nl melk|*voeding|*melk
[melting]
en melt*|scorch*|charred|singed|burnt through|glowing|smoulder*|smolder*|red hot
es derrit*|fundid*|chamusc*|carboniz*|al rojo
de schmilzt|schmolz|geschmolzen|verschmort|verkohlt|angesengt|gluht
fr fond|fondu|fondue|roussi|carbonise*|rougeoi*
pt derret*|chamusc*|carboniz*|em brasa
it sciogli*|sciolt*|fus*|bruciacchi*|carbonizz*|incandesc*
nl smelt|gesmolten|verschroeid|verkoold|gloeit
[hissing]
en hiss*|leaking|leaks|popping|roaring
es silba|silbando|fuga|pierde|gotea
de zischt|zischen|leckt|undicht|knallt
fr siffle|fuit|fuite|crepite
pt assobia|silva|a verter|vaza|chia
it sibila|fischia|perde|scoppietta
nl sist|lekt|fluit|knalt
[struck]
en came down on us|came down on me|came down on my|fell on me|fell on my|fell on him|fell on her|fell on us|collapsed on
  |collapsed under|landed on my|landed on him|landed on her|folded with|folded up with|gave way under|went through my
  |through my hand|through my foot|hit my head|hit his head|hit her head|down her legs|down his legs|over his legs
  |over her legs
  |in my eye|in his eye|in her eye|over my arm|over my hand|over his hand|legs have gone|legs gone numb|arm has gone
  |face has dropped|face is drooping|gone numb|slurring|slurred
es se nos cayo encima|me cayo encima|le cayo encima|cayo encima|se doblo con|doblado con|atraveso la mano|en el ojo
  |por las piernas|se me duermen las piernas|dormidas las piernas|media cara|habla raro|arrastra las palabras
de auf uns gefallen|auf mich gefallen|auf den kopf|auf ihn gefallen|auf sie gefallen|zusammengeklappt|durch die hand
  |ins auge|uber die beine|uber den arm|auf den arm|beine taub|arm taub|gesicht hangt|spricht verwaschen|eingesturzt
  |eingeknickt
fr tombe dessus|tombee dessus|tombe sur moi|tombe sur la tete|sur les jambes|dans l oeil|a traverse la main|effondre
  |effondree|jambes engourdies|bras engourdi|bouche tordue
pt caiu em cima|caiu me em cima|na cabeca|nas pernas|no olho|atravessou a mao|cedeu com|desabou|pernas dormentes
  |boca torta
it caduto addosso|caduta addosso|in testa|sulle gambe|nell occhio|attraversato la mano|ceduto con|crollato
  |crollata|gambe addormentate|bocca storta
nl op ons gevallen|op mij gevallen|op me gevallen|op zijn hoofd|op mijn hoofd|in mijn oog|in zijn oog|door mijn hand
  |over haar benen|over zijn benen|bezweken|ingestort|benen gevoelloos|scheef gezicht
[sparking]
en spark|sparks|sparked|sparking|arcing|flashed and|went bang|hissed then
es chispas|chispa|chisporrotea*|dio un fogonazo|pego un petardazo
de funken|funkt|blitzt auf|hat geknallt|knallte
fr etincelles|fait des etincelles|a claque|a saute
pt faisca|faiscas|deu estouro|estourou
it scintille|scintilla|ha fatto un botto|e scoppiato|e scoppiata
nl vonk|vonken|vonkte|knalde
[stranded]
en way home|find my way|found my way|dont know where i am|dont know where i live|cant remember where i live
  |no fresh water|no drinking water|no clean water|stranded|adrift|marooned|snowed in|cut off by|cant get down
  |lost on the
  |lost in the woods|lost at sea|stuck on the roof|stuck on the mountain
es camino a casa|camino de casa|no se donde estoy|no se donde vivo|no recuerdo donde vivo|sin agua potable
  |no hay agua potable|perdido en el monte|perdida en el monte|a la deriva|aislados|incomunicados
de heimweg|weg nach hause|weiss nicht wo ich bin|weiss nicht wo ich wohne|finde nicht heim|finde nicht nach hause
  |kein trinkwasser|eingeschneit|gestrandet|verlaufen|verirrt|abgeschnitten von|festsitzen
fr chemin de la maison|rentrer chez moi je|sais pas ou je suis|sais plus ou je suis|plus ou j habite
  |pas d eau potable|perdu dans la|perdue dans la|a la derive|isoles|bloques par
pt caminho para casa|caminho de casa|nao sei onde estou|nao sei onde moro|sem agua potavel|perdido na serra
  |perdida na serra|a deriva|isolados
it strada di casa|la via di casa|non so dove sono|non so dove abito|senza acqua potabile|perso nel bosco
  |persa nel bosco|alla deriva|isolati
nl weg naar huis|weet niet waar ik ben|weet niet waar ik woon|geen drinkwater|ingesneeuwd|gestrand|verdwaald
  |ingesloten door
[held fast]
en head stuck|hand stuck|finger stuck|arm stuck|foot stuck|leg stuck|stuck in the|trapped in|wedged in|cant get him out
  |cant get her out|locked himself in|locked herself in|shut in the
es cabeza atascada|mano atascada|dedo atascado|atascado en|atascada en|pillado en|encerrado en|encerrada en
  |no puede salir
de steckt mit dem|steckt fest|kopf fest|finger fest|eingeklemmt|eingesperrt|kommt nicht raus|kriegen ihn nicht raus
fr tete coincee|main coincee|doigt coince|coince dans|coincee dans|enferme dans|enfermee dans|n arrive pas a sortir
pt cabeca presa|mao presa|dedo preso|preso no|presa no|trancado no|trancada no|nao consegue sair
it testa incastrata|mano incastrata|dito incastrato|incastrato|incastrata|chiuso dentro|chiusa dentro
  |non riesce a uscire
nl zit vast|klem tussen|hoofd vast|vinger klem|opgesloten in|kan er niet uit
[hot car]
en in a car with|sat in a car|left in a car|left in the car|locked in the car|in a hot car|in the car with the windows
  |windows up
es en un coche al sol|encerrado en el coche|dentro del coche|en el coche al sol|en un coche
de im heissen auto|im auto in der sonne|im auto eingesperrt|im auto bei|allein im auto
fr dans une voiture au soleil|enferme dans la voiture|dans la voiture en plein
pt dentro do carro|num carro ao sol|fechado no carro
it in macchina al sole|chiuso in macchina|dentro la macchina|in auto al sole
nl in een hete auto|alleen in de auto|in de auto in de zon
"""
