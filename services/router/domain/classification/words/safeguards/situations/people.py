"""Who acts in situations, upon whom, and where they stand, in seven languages."""

PEOPLE = """
[dependent]
en my mum|my mums|my mom|my moms|my dad|my dads|mum|mums|dad|dads|my mother|my mothers|my father|my fathers|my nan|nan
  |gran|grans|grandma|grandad|grandpa|my wife|my husband|my son|my sons|my daughter|my daughters|my baby|my child
  |my brother|my sister|my neighbour|my neighbor|my partner|patient|resident
es mi madre|mi padre|mi mama|mi papa|mi abuela|mi abuelo|la abuela|el abuelo|mi mujer|mi marido|mi hijo|mi hija|mi bebe
  |mi hermano|mi hermana|mi vecina|mi vecino|mi suegra|mi suegro|paciente|el nino|la nina
de meine mutter|meiner mutter|mein vater|meines vaters|meinem vater|mama|papa|papas|mamas|oma|omas|opa|opas|meine frau
  |meiner frau|mein mann|meines mannes|mein sohn|meines sohnes|meine tochter|meiner tochter|mein kind|mein bruder
  |meine schwester|patient|patientin|die kleine|der kleine
fr ma mere|mon pere|maman|papa|mamie|papi|ma grand mere|mon grand pere|ma femme|mon mari|mon fils|ma fille|mon bebe
  |mon frere|ma soeur|ma voisine|patient|patiente
pt minha mae|meu pai|a mae|o pai|minha avo|meu avo|minha mulher|minha esposa|meu marido|meu filho|minha filha|meu bebe
  |meu irmao|minha irma|doente|paciente
it mia madre|mio padre|mamma|papa|la nonna|il nonno|mia nonna|mio nonno|mia moglie|mio marido|mio marito|mio figlio
  |mia figlia|mio fratello|mia sorella|paziente
nl mijn moeder|mijn vader|mama|papa|mam|pap|oma|opa|mijn vrouw|mijn man|mijn zoon|mijn dochter|mijn kind|mijn baby
  |mijn broer|mijn zus|patient|bewoner
[small]
en baby|toddler|child|kid|my son|my daughter|my boy|my girl|little one|the boy|the girl|my lad|grandson|granddaughter
  |year old|dog|puppy|cat|kitten
es bebe|nino|nina|hijo|hija|crio|cria|peque|nieto|nieta|perro|perra|cachorro|gato|gata
de baby|kleinkind|kind|sohn|tochter|kleine|kleiner|kleinen|enkel|enkelin|jahrige|jahriger|hund|welpe|katze
fr bebe|enfant|fils|fille|petit|petite|gamin|gamine|chien|chiot|chat
pt bebe|crianca|filho|filha|menino|menina|miudo|miuda|neto|neta|cao|cachorro|gato
it bambino|bambina|neonato|figlio|figlia|piccolo|piccola|nipotino|cane|cucciolo|gatto
nl baby|peuter|kind|zoon|zoontje|dochter|dochtertje|kleintje|kleinzoon|hond|puppy|kat|poes
[controller]
en he|she|husband|wife|partner|boyfriend|girlfriend|ex|stepdad|stepfather|stepmum|father|dad|boss|landlord|flatmate
  |in laws|brother in law
es marido|mujer|pareja|novio|novia|ex|exmarido|padrastro|padre|jefe|casero|companero|suegra
de er|mann|frau|partner|freund|freundin|ex|stiefvater|vater|chef|vermieter|mitbewohner|schwiegermutter
fr il|elle|mari|femme|conjoint|copain|copine|ex|beau pere|pere|patron|proprietaire|coloc
pt ele|ela|marido|mulher|companheiro|namorado|namorada|ex|padrasto|pai|patrao|senhorio
it lui|lei|marito|moglie|compagno|fidanzato|ragazzo|ex|patrigno|padre|capo|padrone di casa|coinquilino
nl hij|zij|man|vrouw|partner|vriend|vriendin|ex|stiefvader|vader|baas|huisbaas|huisgenoot
[caller]
en man|gentleman|guy|lady|woman|bloke|caller|somebody|someone|on the phone|on the line|on the other line|rang
es senor|senora|hombre|tipo|chico|mujer|alguien|al telefono|por telefono|me llamo|llamada
de herr|mann|frau|typ|jemand|einer|am telefon|anrufer|angerufen|anruf
fr monsieur|dame|homme|type|quelqu un|au telephone|appel|m a appele
pt senhor|senhora|homem|tipo|alguem|ao telefone|ligou|chamada
it signore|signora|uomo|tizio|qualcuno|al telefono|chiamato|chiamata
nl meneer|mevrouw|man|vrouw|iemand|aan de telefoon|gebeld|beller
[authority]
en microsoft|tax office|hmrc|irs|revenue|the bank|my bank|customs|interpol|amazon security|national insurance
  |social security
es microsoft|hacienda|agencia tributaria|el banco|mi banco|aduanas|seguridad social|interpol
de microsoft|finanzamt|finanzamts|der bank|meiner bank|zoll|europol|interpol|rentenversicherung
fr microsoft|impots|la banque|ma banque|douane|douanes|interpol|cpf|securite sociale
pt microsoft|financas|receita federal|o banco|do banco|meu banco|alfandega|seguranca social|interpol
it microsoft|agenzia delle entrate|la banca|mia banca|dogana|interpol|inps
nl microsoft|belastingdienst|de bank|mijn bank|douane|europol|interpol
[carer]
en carer|carers|caregiver|care worker|home help|district nurse|warden|support worker|nurse
es cuidadora|cuidador|ayuda a domicilio|enfermera|chica que me cuida|asistenta
de pflegerin|pfleger|pflegedienst|pflegekraft|haushaltshilfe|gemeindeschwester
fr aide a domicile|auxiliaire de vie|aide menagere|infirmiere|aide soignante
pt cuidadora|cuidador|apoio domiciliario|enfermeira|empregada que me ajuda
it badante|assistente domiciliare|infermiera|operatrice domiciliare
nl verzorgster|thuiszorg|wijkverpleegkundige|mantelzorger|huishoudelijke hulp
[fellow]
en bloke|guy|fella|man|lad|kid|cousin|nephew|lodger|grandson|neighbour|neighbor
es tipo|tio|hombre|primo|sobrino|vecino|nieto|inquilino
de typ|kerl|mann|cousin|neffe|untermieter|enkel|nachbar
fr type|mec|homme|cousin|neveu|voisin|locataire
pt tipo|gajo|homem|primo|sobrinho|vizinho|cara
it tizio|tipo|uomo|cugino|nipote|vicino
nl gast|vent|kerel|neef|buurman|kleinzoon
[nobody]
en nobody|no one|noone|not a soul|would anyone
es nadie
de keiner|niemand|keinem|niemandem
fr personne
pt ninguem
it nessuno
nl niemand
[staff]
en driver|courier|fitter|engineer|technician|delivery man|delivery guy|delivery lad|lad who delivers|shop assistant
  |assistant|salesman|security guard|guard|your man|your guy|installer|manager
es repartidor|mensajero|tecnico|instalador|dependiente|vendedor|guardia|vigilante|encargado|vuestro hombre|operario
de fahrer|bote|paketbote|kurier|monteur|techniker|verkaufer|mitarbeiter|wachmann|hausmeister|lieferant|filialleiter
fr livreur|coursier|technicien|installateur|vendeur|vigile|gardien|employe|gerant|responsable
pt estafeta|motorista|entregador|tecnico|instalador|vendedor|seguranca|funcionario|gerente
it corriere|fattorino|tecnico|installatore|commesso|venditore|guardia|addetto|impiegato
nl bezorger|koerier|chauffeur|monteur|installateur|verkoper|bewaker|beveiliger|medewerker
[sickbed]
en mum|mom|dad|father|mother|husband|nan|gran|grandad|grandma|doctor|doctors|hospital|hospice|cancer|ill|dying|funeral
es madre|padre|mama|papa|marido|abuela|abuelo|medico|medicos|hospital|hospicio|cancer|enferm*|ingresad*
de mutter|mama|vater|papa|oma|opa|ehemann|arzt|arzte|krankenhaus|hospiz|krebs|krank|sterben
fr mere|maman|pere|papa|mari|grand mere|grand pere|medecin|hopital|cancer|malade|mourir
pt mae|pai|marido|avo|medico|medicos|hospital|cancro|cancer|doente
it madre|mamma|padre|papa|marito|nonna|nonno|medico|medici|ospedale|cancro|tumore|malat*
nl moeder|mama|vader|papa|oma|opa|dokter|artsen|ziekenhuis|hospice|kanker|ziek
[stalker]
en he|hes|she|shes|my ex|ex|man|men|guy|bloke|someone|somebody|stranger|people|they
es mi ex|ex|hombre|hombres|tipo|tipos|alguien|persona|marido|novio|desconocido|desconocidos
de er|mein ex|ex|mann|manner|typ|typen|jemand|fremder|leute
fr mon ex|ex|homme|hommes|type|mec|mecs|quelqu un|inconnu
pt meu ex|ex|homem|homens|ele|alguem|tipo|cara|desconhecido
it mio ex|ex|uomo|uomini|lui|qualcuno|tizio|tizi|sconosciuto
nl hij|mijn ex|ex|man|mannen|vent|iemand|vreemde
[loitering]
en hanging about outside|hanging around outside|lurking outside|prowl*|lurking|keeps turning up|turns up at my
  |shows up at my|keeps coming to my
es rondando mi|rondando por mi|merodea*
de lungert|schleicht ums
fr rode devant|rode autour
pt a volta do meu predio|a rondar|rondando minha
it gira sotto casa|si aggira
nl hangt rond bij|sluipt rond
[outside home]
en standing outside my|waiting outside my|sat outside my|parked outside my|outside my flat|outside my house
es esperando en mi portal|delante de mi casa|en mi portal|debajo de mi casa
de vor meinem haus|vor meiner tur|vor meiner wohnung|steht vor der tur und
fr devant chez moi|en bas de chez moi
pt a porta do meu|em frente a minha casa
it sotto casa mia|davanti a casa mia
nl bij mijn huis|voor mijn deur|voor mijn huis
"""
