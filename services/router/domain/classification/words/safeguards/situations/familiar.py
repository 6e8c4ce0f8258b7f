"""What families buy, ask and fetch for one another, in seven languages: no doubt by itself."""

FAMILIAR = """
[at home]
en app crashes|app crashed|app crashing|app keeps crashing|app has crashed|site crashes|site crashed|site keeps crashing
  |website crashed|website crashes|page crashes|page crashed|page keeps crashing|game crashes|browser crashes|it crashes
  |smoke alarm*|smoke detector*|freezer isnt freezing|not freezing|judge costume|at the doctors on|hearing test|eye test
es detector de humo|detectores de humo|congelados|doctor de confianza
de rauchmelder|beim arzt
fr detecteur de fumee
pt detetor de fumo|detector de fumaca
it rilevatore di fumo
nl rookmelder*
[kin]
en my husband|my wife|my partner|my son|my daughter|my mum|my mom|my dad|my mother|my father|my brother|my sister
  |my girlfriend|my boyfriend|my nan|my grandma|my grandad|my grandson|my granddaughter|my kids|my children
  |my little boy
  |my little girl|my uncle|my aunt|the kids|my parents|my girl|my boy|my neighbour|my neighbor
es mi marido|mi mujer|mi esposa|mi esposo|mi hijo|mi hija|mis hijos|mi madre|mi padre|mi hermano|mi hermana|mi novio
  |mi novia
  |mi abuela|mi abuelo|mi nieto|mi nieta|mi mama|mi papa|mis padres|mi vecino|mi vecina
de mein mann|meine frau|mein sohn|meine tochter|meine mutter|mein vater|mein bruder|meine schwester|meine freundin
  |mein freund
  |meine oma|mein opa|mein enkel|meine enkelin|meine kinder|meine eltern|mein nachbar|meine nachbarin
fr mon mari|ma femme|mon fils|ma fille|ma mere|mon pere|mon frere|ma soeur|mes enfants|ma grand mere|mon grand pere
pt meu marido|minha mulher|minha esposa|meu filho|minha filha|minha mae|meu pai|meu irmao|minha irma|meus filhos
  |minha avo
  |meu avo
it mio marito|mia moglie|mio figlio|mia figlia|mia madre|mio padre|mio fratello|mia sorella|mia nonna|mio nonno
  |i miei figli
nl mijn man|mijn vrouw|mijn zoon|mijn dochter|mijn moeder|mijn vader|mijn broer|mijn zus|mijn kinderen|mijn oma|mijn opa
[of kin]
de meinem mann|meiner frau|meines mannes|meinem sohn|meines sohnes|meiner tochter|meiner mutter|meinem vater
  |meines vaters
  |meinem bruder|meiner schwester|meiner freundin|meinem freund|meiner oma|meinem opa|meinen kindern|meinen eltern
  |meinem nachbarn|meiner nachbarin|meine frau|meinen mann|meinen sohn|meine tochter|meine mutter|meinen vater
[does]
en ordered|bought|s order|s parcel|s package|s delivery|s birthday|s present|s gift|s room|s size|s account
  |s subscription
  |s email|s phone|s tablet|s new|placed an order|wants to know|is asking if|asks if|asks when|was wondering
  |needs school|needs new|needs a new|needs a bigger|needs a smaller|would like a|wants a|wants the|got married|loves
  |adores
  |gave me a|gave me the|gave us|gave me this|sent me a|is visiting|already has|already had|already got|has bought
  |has ordered|had ordered
es pidio|hizo un pedido|hizo una compra|hizo el pedido|compro|encargo|pregunta si|quiere saber|quiere una|quiere otra
  |necesita zapatos|necesita otra talla|ya tiene|ya tenia|ha pedido|ha comprado|cumple|me dio un|me regalo|nos dio un
de hat bestellt|hat gekauft|hat am|hat gestern|hat letzte|hat bei euch|hat bei ihnen|hat geburtstag|hatte bestellt
  |fragt ob|fragt wann|fragt wie|will wissen|mochte wissen|braucht neue|braucht eine|braucht schuhe|hat schon
  |hat das schon|hat mir einen|hat mir ein|hat uns einen|schenkte mir
  |wunscht sich|bekommt zum
fr a commande|a achete|demande si|veut savoir|a deja
pt encomendou|comprou|pergunta se|quer saber|ja tem
it ha ordinato|ha comprato|chiede se|vuole sapere|ha gia
nl heeft besteld|heeft gekocht|vraagt of|wil weten|heeft al
[for kin]
en trainers for|boots for|socks for|costume for|glasses for|bag for|laptop for|tablet for|present for|gift for
  |surprise for|birthday of|shoes for|dress for|coat for|jacket for|toy for|toys for|book for
  |phone for|bike for|game for|uniform for|outfit for|lamp for|paint for|bought for|ordered for|delivered to
  |leave it with
  |left with|deliver it to|deliver to|went to|sent to|parcel to|drop it at|add|adding|party for
es regalo para|sorpresa para|cumpleanos de|cumple de|zapatos para|vestido para|juguete para|libro para|pedido de
  |paquete de
  |compra de|compra que hizo|cuenta de|tarjeta de|habitacion de|entregar a|dejar a|dejarlo con|lo tiene|comprado para
  |movil de
de geschenk fur|uberraschung fur|schuhe fur|kleid fur|jacke fur|spielzeug fur|buch fur|handy fur|bestellung von
  |bestellung|paket|lieferung|geburtstag|zimmer|konto|vertrag|abgeben bei|abgegeben bei|liefern an|geliefert an|bei
  |an|bestellt fur
  |gekauft fur
fr cadeau pour|commande de|colis de|anniversaire de|chaussures pour|robe pour|jouet pour
pt prenda para a|prenda para o|presente para|encomenda da|encomenda do|pedido da|pedido do|aniversario da|aniversario do
it regalo per|ordine di|pacco di|compleanno di|scarpe per|vestito per
nl cadeau voor|cadeautje voor|bestelling van|pakket van|verjaardag van|schoenen voor|jurk voor
"""
