"""What who despairs, starves or mourns says in everyday words, in seven languages."""

DESPAIR = """
[pointless]
en see the point anymore|see the point any more|see any point anymore|see any point any more|point in anything
  |point of anything|point to anything|point of it all|point in any of it|point in going on|point going on
  |point in carrying on|point carrying on|reason to carry on|reason to go on|nothing matters anymore
  |nothing matters any more|cant see a way out|no way out for me|no way out of this for me|dont see a future
  |no future for me|had enough of everything|had enough of life|so tired of it all|tired of existing|tired of being here
es sentido a nada|sentido a todo|sentido nada|no le veo el sentido|no veo salida|no veo ninguna salida
  |no hay salida para mi|ganas de nada mas|ganas de vivir|nada tiene sentido|harto de todo|harta de todo
  |cansado de todo|cansada de todo|cansado de existir|cansada de existir|no veo futuro
de keinen sinn mehr|kein sinn mehr|alles keinen sinn|alles sinnlos|keinen sinn in|keinen ausweg|kein ausweg
  |nichts mehr einen sinn|nichts macht mehr sinn|keine zukunft|alles zu viel und|mude von allem|kann und will nicht mehr
  |mag nicht mehr|will einfach nicht mehr
fr l interet de continuer|a quoi bon continuer|a quoi bon vivre|plus de sens|n a plus de sens|plus aucun sens
  |pas d issue|aucune issue|sens a rien|marre de tout|fatigue de tout|fatiguee de tout|pas d avenir|fatigue d exister
pt sentido em nada|sentido nenhum nisto|nada faz sentido|nada mais faz sentido|vejo saida|ha saida para mim
  |fart* de tudo
  |cansad* de tudo|cansad* de existir|nao vejo futuro
it senso di niente|senso in niente|senso a niente|piu senso niente|niente ha senso|niente ha piu senso
  |vedo via d uscita|vedo vie d uscita|stanco di tutto|stanca di tutto|stanco di esistere|non vedo futuro
nl nut niet meer|het nut er niet|zin niet meer van|geen zin meer in alles|nergens meer zin|zie geen uitweg|geen uitweg
  |niets heeft zin|heeft allemaal geen zin|zie het niet meer zitten|moe van alles|geen toekomst meer
[routine subject]
en subscription|membership|plan|contract|app|newsletter|insurance|service|paying|price|warranty|gym
es suscripcion|plan|contrato|app|boletin|seguro|servicio|pagar|precio|garantia|gimnasio|cuota|tarifa
de abo|abonnement|vertrag|tarif|mitgliedschaft|app|newsletter|versicherung|dienst|zahlen|preis|garantie|bestellung
  |lieferung|paket
fr abonnement|contrat|forfait|appli|newsletter|assurance|service|payer|prix|garantie|commande
pt subscricao|assinatura|plano|contrato|app|newsletter|seguro|servico|pagar|preco|garantia|encomenda|pedido
it abbonamento|piano|contratto|app|newsletter|assicurazione|servizio|pagare|prezzo|garanzia|ordine
nl abonnement|contract|lidmaatschap|app|nieuwsbrief|verzekering|dienst|betalen|prijs|garantie|bestelling
[ending]
en ending things|end things for good|want it all to stop|want everything to stop|want it all to be over|make it all stop
  |make the pain stop|been cutting again|ive been cutting|cutting again|started cutting|cut my arms|cut my wrists
  |took the whole box|took a whole box|taken the whole box|took the whole packet|taken the whole packet
  |took the whole bottle|taken the whole bottle|took them all at once|taken them all at once
  |wrote the letters to|written the letters to|written letters to my|goodbye letter*|goodbye note*|suicide
  |before i go for good|goes for good if you know|saying my goodbyes|say my goodbyes|present im buying anyone
  |wont be a burden|be with him again soon|be with her again soon|sleep and not wake|go to sleep forever
  |dont want to be alive|dont want to exist|not be around anymore|do something stupid|hurting himself|hurting herself
es se acabe todo|que todo se acabe|que todo termine|que termine todo|que pare todo|que todo pare|vuelto a cortar
  |volvi a cortarme|me estoy cortando|tome toda la caja|tomado toda la caja|tomado la caja entera|trague toda la caja
  |para lo que me queda|me queda poco aqui|yo ya me despido|despidiendome de todos|cartas de despedida
  |carta de despedida|ya no voy a estar aqui|dormir y no despertar|hacer una tonteria|hacer una locura
  |no quiero estar aqui|no quiero ser una carga|irme con el para siempre
de dass alles aufhort|alles aufhort|alles soll aufhoren|alles vorbei ist|es alles vorbei|wieder geschnitten
  |mich geschnitten
  |ganze packung genommen|ganze packung geschluckt|ganze schachtel genommen|bin bald eh nicht mehr|bald nicht mehr da
  |bin bald nicht mehr|verabschiede mich sowieso|mich von allen verabschied*|abschiedsbrief*|abschiedsbriefe
  |einschlafen und nicht|etwas dummes|was dummes anstellen|niemandem zur last|nicht mehr da sein|zu ihm gehen fur immer
fr que tout s arrete|que ca s arrete enfin|que tout soit fini|recommence a me couper|me suis coupee|je me coupe
  |avale toute la boite|pris toute la boite|lettre d adieu|lettres d adieu|fais mes adieux|faire mes adieux
  |ne serai plus la|ne serai bientot plus|serai plus la|dormir et ne plus|faire une betise|etre un poids
  |plus etre un poids
pt que tudo acabe|que tudo termine|que isto tudo acabe|que tudo pare|voltei a cortar me|me cortei de novo
  |ando a cortar me
  |tomei a caixa toda|tomei a caixa inteira|cartas de despedida|carta de despedida|despedir me de todos
  |ja ca nao vou estar|nao vou estar ca|nao vou mais estar aqui|dormir e nao acordar|fazer uma asneira
  |fazer uma besteira|ser um peso|para o que me resta
it che finisca tutto|che tutto finisca|che finisse tutto|che sia tutto finito|ricominciato a tagliarmi|mi sono tagliata
  |mi taglio|preso tutta la scatola|presa tutta la scatola|lettere d addio|lettera di addio|dico addio
  |non ci saro piu|non saro piu qui|non ci saro ancora|dormire e non svegliar*|fare una sciocchezza|essere un peso
  |per quel che mi resta
nl dat alles stopt|dat het stopt alles|dat alles ophoudt|dat alles voorbij|weer gesneden|mezelf gesneden
  |snijd mezelf|hele doosje ingenomen|hele doos ingenomen|hele strip ingenomen|afscheidsbriev*|afscheid van iedereen
  |ben er straks toch niet|er straks niet meer|er binnenkort niet meer|slapen en niet meer|iets doms doen
  |iemand tot last
  |niemand tot last
[run together]
en *killmyself|*killingmyself|*wanttodie|*wannadie|*endmylife|*enditall|unalive*|sewer slide|sewerslide|self delete
  |off myself|offing myself|top myself|topping myself|do myself in|neck myself
es *quieromatarme|matarme|*quieromorir|*quieromorirme|*suicidarme|desvivirme|desvivir me
de *michumbringen|*sterbenwill|*willsterben|*nichtmehrleben|*selbstmord
fr *metuer|*veuxmourir|me buter|me foutre en l air
pt *mematar|*queromorrer|*acabarcomtudo
it *uccidermi|*ammazzarmi|*vogliomorire
nl *zelfmoord|*wildood|mezelf van kant maken
[worn out]
en another day like this|do another day|face another day|cant cope|cannot cope|breaking point|end of my tether
  |end of my rope|losing my mind|falling apart|cant go on|dont trust myself|not safe on my own|dreading it
  |not sure ill get through|keel over|going under|barely holding on|hanging by a thread
es otro dia asi|un dia mas asi|no puedo mas|no aguanto mas|al limite|perdiendo la cabeza|no me fio de mi
  |me derrumbo|se me cae el mundo|no levanto cabeza
de noch so ein tag|noch einen tag so|schaffe das nicht mehr|schaff das nicht mehr|kann nicht mehr|am ende meiner kraft
  |verliere den verstand|trau mir selber nicht|traue mir selbst nicht|breche zusammen|am boden zerstort|halte das nicht
fr un jour de plus comme|je n en peux plus|j en peux plus|a bout|perds la tete|me fais pas confiance|m effondre
  |tiens plus
pt mais um dia assim|nao aguento mais|nao consigo mais|no limite|perder a cabeca|nao confio em mim|vou me abaixo
it un altro giorno cosi|non ce la faccio|non ne posso piu|al limite|perdendo la testa|non mi fido di me|sto crollando
nl nog zo n dag|kan niet meer|trek het niet meer|einde van mijn latijn|gek van word|vertrouw mezelf niet|stort in
[dying]
en weeks to live|months to live|only have weeks|i have weeks|ive got weeks|only got weeks|coming home to die
  |wont see christmas|too late for him now|too late for her now
es semanas de vida|meses de vida|me quedan semanas|le quedan semanas|me queda poco de vida|le queda poco de vida
  |no llegara a navidad
de wochen zu leben|monate zu leben|nur noch wochen|nur noch monate zu|nicht mehr lange zu leben|zum sterben nach
  |fur ihn kommt es zu spat|fur sie kommt es zu spat
fr semaines a vivre|mois a vivre|plus que quelques semaines|plus longtemps a vivre
pt semanas de vida|meses de vida|so me restam semanas|resta pouco tempo de vida
it settimane di vita|mesi di vita|mi restano settimane|resta poco da vivere
nl weken te leven|maanden te leven|nog maar weken|niet lang meer te leven
[little left]
en havent got long|hasnt got long|dont have long|doesnt have long|not long left|not got long|too late for him
  |too late for her
es le queda poco|me queda poco|tarde para el|tarde para ella
de nicht mehr lange|fur ihn zu spat|fur sie zu spat|zu spat fur ihn|zu spat fur sie
fr plus pour longtemps|trop tard pour lui|trop tard pour elle
pt resta pouco|tarde para ele|tarde para ela
it resta poco|tardi per lui|tardi per lei
nl niet lang meer|te laat voor hem|te laat voor haar
[hungry]
en skipping meals|skip meals|skipped meals|skipping dinner|havent eaten since|not eaten since|havent eaten for
  |havent eaten in|one meal a day|without eating|cant feed|cant put food|no food in|nothing in the fridge
  |cupboards are empty|cupboard is empty|living off toast|no dinner for
es sin comer|saltarme comidas|saltamos comidas|me salto comidas|comiendo arroz|una comida al dia|nevera vacia
  |no tengo que comer|no tenemos que comer|para dar de comer
de nichts gegessen|nicht gegessen seit|mahlzeiten weg|mahlzeiten aus|eine mahlzeit am tag|nur noch toast|nur noch nudeln
  |nur noch brot|nichts im kuhlschrank|kuhlschrank ist leer|kuhlschrank leer|satt kriegen|nicht satt|kaum satt
  |satt machen|satt bekommen
fr rien mange depuis|pas mange depuis|sauter des repas|saute des repas|saute un repas|un repas par jour|frigo vide
  |frigo est vide|nourrir mes|de quoi manger
pt sem comer|saltar refeicoes|salto refeicoes|pulando refeicoes|uma refeicao por dia|frigorifico vazio|geladeira vazia
  |nada para comer|o que comer
it senza mangiare|saltare i pasti|salto i pasti|un pasto al giorno|frigo vuoto|frigo e vuoto|non mangio da
  |niente da mangiare
  |dar da mangiare
nl niet gegeten sinds|niets gegeten|maaltijden over|sla maaltijden|een maaltijd per dag|koelkast is leer|koelkast leeg
  |niets te eten|geen eten
[cold home]
en cant heat|cannot heat|cant put the heating|cant turn the heating|cant have the heating|no heating and|heating we cant
  |sit in the cold|sitting in the cold|sat in the cold|freezing in here|ice inside the windows|see my breath indoors
  |cut off our heating|coats indoors
es poner la calefaccion|encender la calefaccion|sin calefaccion|pasando frio|pasamos frio|a oscuras y|mantas todo el dia
de nicht mehr heizen|nicht heizen konnen|heizen uns nicht|heizung nicht leisten|sitzen im kalten|frieren in der wohnung
  |eis an den fenstern|eisblumen am fenster|kalte wohnung
fr de quoi se chauffer|de quoi nous chauffer|de quoi me chauffer|plus nous chauffer|plus me chauffer|plus se chauffer
  |allumer le chauffage|on a froid chez|givre a l interieur
pt aquecer a casa|ligar o aquecimento|ligar o aquecedor|a passar frio|passando frio|passamos frio
it accendere il riscaldamento|scaldare casa|riscaldare casa|al freddo in casa|stiamo al freddo
nl verwarming niet aan|kachel niet aan|verwarming niet betalen|zitten in de kou|in de kou met
[cannot]
en cant|cannot|no|without|money|since|weeks|days|winter
es no|sin|dinero|dias|semanas|invierno
de nicht|kaum|kein|ohne|geld|tagen|wochen|winter|wir
fr plus|pas|sans|argent|jours|semaines|hiver|peux
pt nao|sem|dinheiro|dias|semanas|inverno
it non|senza|soldi|giorni|settimane|inverno|piu
nl niet|geen|zonder|geld|dagen|weken|winter
[corpse]
en coroner*|inquest|post mortem|autopsy|undertaker*|crematorium|mortuary|morgue|hospice
es forense|autopsia|funeraria|crematorio|tanatorio|morgue
de gerichtsmedizin*|rechtsmedizin*|obduktion|bestatter*|bestattung*|krematorium|leichenschau*|hospiz
fr medecin legiste|autopsie|pompes funebres|crematorium|morgue|institut medico legal
pt medico legista|autopsia|funeraria|crematorio|morgue|cremacao
it medico legale|autopsia|pompe funebri|onoranze funebri|crematorio|obitorio|cremazione
nl patholoog|autopsie|sectie op|uitvaartondernemer|crematorium|mortuarium|lijkschouw*
[evicted]
en evict*|bailiff*|repossess*|nowhere to sleep|nowhere to stay|nowhere to live|nowhere to go tonight
  |where to sleep tonight
  |somewhere to sit till|sleeping rough|sofa surfing|on the streets|living in the car|living out of my car
es desahuci*|embarg*|no tengo donde dormir|donde dormir hoy|donde dormir esta noche|no tenemos donde|vivo en la calle
de zwangsraum*|zwangsgeraumt|gerichtsvollzieher*|nicht wo ich schlafen|wo ich heute nacht|wo ich heut nacht
  |keinen platz zum schlafen|auf der strasse leb*|im auto schlaf*
fr expulse*|expulsion|huissier*|ou dormir|dors dans ma voiture|dormir dehors|nulle part ou
pt despej*|penhora*|onde dormir|durmo no carro|dormir na rua|sem sitio para dormir
it sfratt*|pignorament*|dove dormire|dormo in macchina|dormire per strada|senza un tetto
nl uit huis gezet|ontruim*|deurwaarder*|waar ik slaap|nergens om te slapen|slaap in mijn auto|op straat slaap*
[stolen goods]
en nicked|off a bloke|off a man|off a guy|off a lad|off some bloke|from a bloke|man who sold|bloke who sold|guy who sold
  |off the back of a lorry|in a pub|knocked off
es a un tipo|de un tipo|en la calle a un|el hombre que me|hombre que lo vendia|me lo vendio un
de von einem typen|von so einem typ|von einem mann|der mann der|ein typ hat|auf dem parkplatz gekauft|hehler*
fr a un mec|a un type|a un gars|tombe du camion|le type qui|un inconnu m a vendu
pt a um tipo|a um gajo|de um cara|na rua a um|o homem que me vendeu
it da un tizio|da un tipo|per strada da|il tizio che|un tizio mi
nl van een gast|van een vent|van een kerel|van een man|de man die|op straat gekocht
[goods]
en phone|bought|sold|sells|tv|laptop|bike|watch|tablet|return|receipt
es movil|compre|comprado|vendio|tele|portatil|bici|reloj|tablet|ticket
de handy|gekauft|verkauft|fernseher|laptop|fahrrad|uhr|tablet|quittung
fr telephone|portable|achete|vendu|tele|ordinateur|velo|montre|ticket
pt telemovel|celular|comprei|vendeu|televisao|portatil|bicicleta|relogio|recibo
it telefono|cellulare|comprato|venduto|televisore|portatile|bici|orologio|scontrino
nl telefoon|mobiel|gekocht|verkocht|tv|laptop|fiets|horloge|bon
[whose]
en his|her|their|hers
es sus|su|le|les
de seine|seinen|seiner|deren
fr il|elle|ses|lui
pt dele|dela|lhe|deles
it le sue|il suo|ha finito|le ha
nl zijn|haar|hun
[weary of life]
en enough of|fed up with|sick of|tired of|done with|weary of|bored of + being alive|living|life|my life|existing
  |being here
es harto de|harta de|cansado de|cansada de|asqueado de|hasta las narices de + vivir|estar vivo|estar viva|la vida
  |mi vida
  |existir
de genug davon|genug vom|mude vom|satt + zu leben|leben|zu sein; lebenssatt|lebensmude
fr assez de|marre de|fatigue de|fatiguee de|las de|lasse de + vivre|la vie|ma vie|exister|etre en vie
pt farto de|farta de|cansado de|cansada de + viver|estar vivo|estar viva|da vida|existir; farto da vida|farta da vida
it stufo di|stufa di|stanco di|stanca di + vivere|esistere|questa vita|essere vivo|essere viva; stanco della vita
  |stanca della vita
nl genoeg van|klaar met|moe van|zat van + het leven|mijn leven|leven|te leven|bestaan; leven zat
[all at once]
en take all|taking all|took all|takes all|swallow all|swallowed all|all of her|all of his|all her|all his|all the
es tomarse todas|tomar todas|todas sus|todas las|tomado todas
de alle ihre|alle seine|alle ihre|alle auf einmal|samtliche
fr tous ses|toutes ses|tous les|avale tous
pt todos os|tomar todos|tomou todos
it tutte le sue|tutte le|preso tutte|prendere tutte
nl al haar|al zijn|alle
[eat or heat]
en heat or eat|eat or heat|eating or heating|eating and heating|heating or eating|heating and eating|food or rent
  |food or heating|food and heating|food or electric*|between food and|between eating and|either eat or
es o comemos o|o como o|comer o pagar|comer o poner|entre comer y|comer y la luz|o comida o
de essen oder heizen|heizen oder essen|essen oder strom|zwischen essen und|zwischen heizen und|essen und strom wahlen
fr manger ou payer|manger ou se chauffer|manger ou me chauffer|entre manger et|se chauffer ou manger
pt ou comemos ou|ou como ou|comer ou pagar|entre comer e
it o mangiamo o|o mangio o|mangiare o pagare|mangiare o scaldar*|tra mangiare e
nl eten of stroom|eten of stoken|eten of verwarmen|stoken of eten|tussen eten en|het is eten of
"""
