"""Things that situations speak of, in seven languages: what keeps somebody well, what harms who swallows it."""

THINGS = """
[life device]
en feeding tube*|feeding pump*|insulin pump*|infusion pump*|syringe driver*|ventilator*|respirator*|nebuli*|cpap
  |bipap|concentrator
  |breathing machine*|breathing device*|apnoea machine*|apnea machine*|oxygen|breathing monitor*|apnea monitor
  |baby hoist
  |hoist|stairlift*|stair lift|dialysis machine*|defibrillator|pacemaker*|suction machine*|alarm pendant*
  |pendant alarm|panic button*|care alarm*|careline|fall alarm|fall detector|personal alarm*|lifeline
es bomba de insulina|bomba de alimentacion|bomba de infusion|respirador*|ventilador pulmonar|nebulizador*|cpap|bipap
  |concentrador|oxigeno|monitor de respiracion|grua de traslado|maquina de dialisis|desfibrilador*|marcapasos
  |aspirador de secreciones|teleasistencia|boton de emergencia|boton de panico|colgante de emergencia|maquina de apnea
de insulinpumpe|ernahrungspumpe|infusionspumpe|schmerzpumpe|milchpumpe der klinik|beatmungsgerat*|beatmung*|vernebler
  |cpap|schlafapnoe*|schlafapnoegerat|sauerstoff*|atemmonitor|uberwachungsmonitor|patientenlifter|treppenlift
  |dialysegerat|defibrillator|herzschrittmacher|absauggerat|notrufknopf*|notrufgerat|hausnotruf*|notfallknopf
  |sturzmelder|pflegebett
fr pompe a insuline|pompe de nutrition|pompe a perfusion|respirateur*|ventilateur medical|nebuliseur|ppc|cpap
  |concentrateur|oxygene|moniteur respiratoire|leve personne|monte escalier|appareil de dialyse|defibrillateur
  |pacemaker|aspirateur de mucosites|teleassistance|bouton d urgence|medaillon d alerte|lit medicalise|appareil d apnee
pt bomba de insulina|bomba de alimentacao|bomba infusora|respirador|ventilador pulmonar|nebulizador|cpap|concentrador
  |oxigenio|monitor de respiracao|elevador de doentes|maquina de dialise|desfibrilador|marca passo|pacemaker
  |teleassistencia|botao de emergencia|botao de panico|cama articulada|aparelho de apneia
it microinfusore|pompa per insulina|pompa dell insulina|nutripompa|respiratore|ventilatore polmonare|nebulizzatore
  |cpap|concentratore|ossigeno|monitor respiratorio|sollevatore|montascale|macchina per dialisi|defibrillatore
  |pacemaker|aspiratore chirurgico|telesoccorso|pulsante di emergenza|macchina per apnee
nl insulinepomp|voedingspomp|infuuspomp|pijnpomp|beademing*|vernevelaar|cpap|apneuapparaat|zuurstof*|concentrator
  |ademmonitor|tillift|traplift|dialyseapparaat|defibrillator|pacemaker|uitzuigapparaat|alarmknop*|noodknop
  |hals alarm|valdetector|personenalarm*
[helping device]
en pump|pumps|tube|pendant|alarm|inhaler*|feeder
es bomba|tubo|sonda|colgante|inhalador*
de *pumpe|schlauch|sonde|inhalator*|notruf*
fr pompe|tuyau|sonde|medaillon|inhalateur*
pt bomba|tubo|sonda|inalador*
it pompa|tubo|sondino|inalatore*
nl *pomp|slang|sonde|inhalator*
[medicine]
en heart tablets|heart pills|heart medication|heart meds|blood pressure tablets|epilepsy tablets|epilepsy meds
  |antidepressants|insulin|inhaler*|warfarin|methadone|steroids|morphine|test strips|blood strips|blood sugar|epipen*
  |adrenaline|feeding tubes|feeding tube|special milk|prescription|medicine|medication|meds
es medicinas|medicina|medicamento*|medicacion|pastillas del corazon|pastillas de la tension|insulina|inhalador*
  |sintrom|metadona|morfina|tiras de la insulina|tiras de azucar|tiras del azucar|tiras reactivas|epipen*|adrenalina
  |epinefrina|leche especial|sondas|receta
de *tabletten|*medikamente|medikament|*medizin|insulin|asthmaspray|nitrospray|marcumar|methadon|morphium|*teststreifen
  |teststreifen|epipen*|adrenalinpen|notfallset|spezialnahrung|sondennahrung|rezept
fr medicament*|comprimes|son traitement|mon traitement|cachets|insuline|ventoline|methadone|morphine|bandelettes
  |epipen*|adrenaline
  |lait special|sondes|ordonnance
pt remedio*|medicamento*|medicacao|comprimidos|insulina|bombinha|metadona|morfina|tiras da glicemia|epipen*|adrenalina
  |epinefrina|leite especial|sondas|receita
it farmac*|medicine|medicina|medicinali|pastiglie|compresse|insulina|inalatore|metadone|morfina|strisce reattive|epipen*
  |adrenalina|latte speciale|sondini|ricetta
nl *medicijnen|medicijn|*pillen|*tabletten|insuline|inhalator*|puffer|methadon|morfine|*strips|teststrips|epipen*
  |adrenalinepen|speciale melk|sondevoeding|recept
[sleeping pills]
en sleeping tablets|sleeping pills|sleeping tablet|paracetamol|ibuprofen|painkillers|co codamol|codeine|valium
  |diazepam|antidepressants|razor blades|rope
es pastillas para dormir|somniferos|paracetamol|ibuprofeno|tranquilizantes|diazepam|antidepresivos|cuchillas|soga
  |cuerda
de schlaftabletten|schlafmittel|paracetamol|ibuprofen|beruhigungsmittel|beruhigungstabletten|diazepam|valium
  |rasierklingen|seil|strick
fr somniferes|paracetamol|doliprane|ibuprofene|tranquillisants|calmants|lames de rasoir|corde
pt comprimidos para dormir|soniferos|paracetamol|ibuprofeno|calmantes|diazepam|laminas|corda
it sonniferi|paracetamolo|tachipirina|ibuprofene|tranquillanti|calmanti|lamette|corda
nl slaappillen|slaaptabletten|slaapmiddelen|paracetamol|ibuprofen|kalmeringsmiddelen|scheermesjes|touw
[hazard]
en battery|batteries|magnet*|coin|button cell|capsule*|pod|pods|tablet|tablets|pill|pills|detergent|bleach|descaler
  |oven cleaner|toilet cleaner|drain cleaner|cleaning fluid|paint|glue|beads|bead|screw|slime|antifreeze|lilies
  |weedkiller|pellets|perfume|vape liquid
  |silica|berries|plastic|foil|glass|rubber|foam|soap|dye|wax|petrol|polish|varnish
es pila|pilas|iman|imanes|moneda|capsula*|pastilla|pastillas|detergente|lejia|desatascador|descalcificador|pintura
  |pegamento|tornillo|canica*|anticongelante|lirios|veneno|colonia|suavizante
de batterie|batterien|knopfzelle|knopfbatterie|magnet*|munze|kapsel*|pods|*tablette|*tabletten|waschmittel|bleiche
  |entkalker|reiniger|*reiniger|farbe|kleber|perle|perlen|schraube|frostschutz|lilien|unkrautvernichter|parfum
fr pile|piles|aimant*|piece de monnaie|capsule*|comprime*|lessive|javel|detartrant|nettoyant|peinture|colle|perle
  |perles|vis|antigel|lys|desherbant|parfum|liquide vaisselle
pt pilha|pilhas|iman*|ima|moeda|capsula*|comprimido*|detergente|lixivia|agua sanitaria|descalcificante|tinta|cola
  |parafuso|missanga*|lirios|veneno|perfume|amaciador
it pila|pile|batteria|calamita|calamite|magnete|magneti|moneta|capsula|capsule|pastiglia|pastiglie|detersivo
  |candeggina|anticalcare|vernice|colla|vite|perlina|perline|antigelo|gigli|profumo|ammorbidente
nl batterij|batterijen|knoopcel|magneet|magneetje*|magneten|munt|capsule*|pil|pillen|wasmiddel|bleek|ontkalker
  |schoonmaakmiddel|verf|lijm|kraal|kralen|schroef|antivries|lelies|parfum|afwasmiddel
[appliance]
en toaster|kettle|heater|heat pad|blanket|washing machine|washer|mixer|blender|lamp|charger|hob|cooker|oven|dryer
  |hairdryer|fridge|freezer|iron|shower|plug|socket|switch|extension lead|fan heater|tap|taps|dishwasher|microwave
  |lamp|light|fan|strip lights|fairy lights
es tostadora|hervidor|calefactor|estufa|manta|lavadora|batidora|lampara|cargador|placa|horno|secador|secadora|nevera
  |frigorifico|plancha|ducha|enchufe|interruptor|regleta|grifo|lavavajillas|microondas|termo|lampara|luces|ventilador
de toaster|wasserkocher|heizlufter|heizdecke|heizkissen|waschmaschine|mixer|lampe|ladegerat|herd|ofen|backofen
  |trockner|fon|fohn|kuhlschrank|bugeleisen|dusche|steckdose|schalter|mehrfachstecker|wasserhahn|spulmaschine
  |mikrowelle|lampe|lichterkette|ventilator
fr grille pain|bouilloire|chauffage|radiateur|couverture|lave linge|machine a laver|mixeur|lampe|chargeur|plaque|four
  |seche cheveux|seche linge|frigo|fer a repasser|douche|prise|interrupteur|multiprise|robinet|lave vaisselle
pt torradeira|chaleira|aquecedor|manta|maquina de lavar|batedeira|varinha|candeeiro|carregador|placa|forno|secador
  |frigorifico|geladeira|ferro|chuveiro|tomada|interruptor|torneira|microondas
it tostapane|bollitore|stufa|stufetta|coperta|lavatrice|frullatore|lampada|caricatore|caricabatterie|piastra|forno
  |asciugacapelli|phon|frigo|frigorifero|ferro da stiro|doccia|presa|interruttore|ciabatta|rubinetto|lavastoviglie
nl broodrooster|waterkoker|kachel|kacheltje|deken|wasmachine|mixer|lamp|oplader|kookplaat|fornuis|oven|droger|fohn
  |koelkast|strijkijzer|douche|stopcontact|schakelaar|stekkerdoos|kraan|vaatwasser|magnetron
[caustic]
en acid|battery acid|caustic|corrosive|chemical burn*|toxic|mercury|ammonia|chlorine gas|drain cleaner|weedkiller
es acido|sosa caustica|corrosiv*|quemadura quimica|toxic*|mercurio|amoniaco|lejia
de saure|batteriesaure|atzend*|veratz*|giftig*|quecksilber|ammoniak|chlorgas|abflussreiniger
fr acide|soude caustique|corrosif|brulure chimique|toxique*|mercure|ammoniac|deboucheur
pt acido|soda caustica|corrosiv*|queimadura quimica|toxic*|mercurio|amoniaco|lixivia
it acido|soda caustica|corrosiv*|ustione chimica|tossic*|mercurio|ammoniaca|candeggina
nl zuur|accuzuur|bijtend*|giftig*|kwik|ammoniak|chloorgas|gootsteenontstopper
[wire]
en cable|cord|wire|wiring|plug|socket|lead|adapter|adaptor|fuse box|outlet
es cable|enchufe|cableado|cuadro electrico|adaptador|regleta
de kabel|stecker|steckdose|netzteil|sicherungskasten|adapter
fr cable|prise|fil|multiprise|adaptateur|tableau electrique
pt cabo|tomada|ficha|fio|quadro eletrico|adaptador
it cavo|presa|spina|filo|ciabatta|quadro elettrico|adattatore
nl kabel|stekker|stopcontact|snoer|adapter|meterkast
[burner]
en fire is lit|the fire|fire lit|gas bottle|gas canister|boiler|gas fire|gas hob|gas cooker|heater|stove|flue
  |fireplace|wood burner|log burner|generator|geyser|gas meter
  |hob|cooker|barbecue|bbq|furnace|water heater
es bombona|bombonas|caldera|calentador|estufa|hornillo|chimenea|generador|cocina de gas|brasero|barbacoa|termo
de gasflasche|gaskartusche|therme|gastherme|heizung|heizkessel|boiler|ofen|kaminofen|kamin|gasherd|herd
  |durchlauferhitzer|generator|grill
  |gaszahler|schornstein
fr bouteille de gaz|bonbonne|chaudiere|chauffe eau|poele|cheminee|gaziniere|cuisiniere|groupe electrogene|barbecue
  |rechaud
pt botija|bilha|botijao|esquentador|caldeira|fogao|lareira|salamandra|gerador|aquecedor|churrasqueira
it bombola|caldaia|scaldabagno|stufa|camino|fornello|fornelli|generatore|barbecue|canna fumaria
nl gasfles|cv ketel|ketel|geiser|boiler|kachel|houtkachel|haard|fornuis|gasfornuis|generator|barbecue|gasmeter
[tablets]
en pills|tablets|meds|medication|paracetamol
es pastillas|medicacion|medicamentos
de tabletten|pillen|schlaftabletten
fr comprimes|cachets|medicaments|pilules
pt comprimidos|remedios|pastilhas
it pastiglie|pillole|compresse|farmaci
nl pillen|tabletten|medicijnen
[my account]
en my card|my account|my bank card|my login|my name|my details
es mi tarjeta|mi cuenta|mis datos|mi nombre
de meine karte|meiner karte|mein konto|meinem konto|meine daten|meinen namen|meinem namen
fr ma carte|mon compte|mes donnees|mon nom
pt meu cartao|minha conta|meus dados|meu nome
it mia carta|mio conto|mio account|miei dati|mio nome
nl mijn pas|mijn kaart|mijn rekening|mijn account|mijn gegevens|mijn naam
[court papers]
en summons|subpoena*|writ|affidavit*|small claims|claim form|served papers|serve papers|court papers|court date
  |particulars of claim|witness statement|as evidence|evidence for|evidence in
es citacion|burofax|acto de conciliacion|como prueba en|pruebas para el juicio|declaracion jurada|demanda judicial
de vorladung|klageschrift|als beweis|beweismittel|gerichtstermin|gerichtspapiere|eidesstattlich*
fr assignation|convocation au tribunal|comme preuve au|mise en demeure|attestation sur l honneur pour le juge
pt intimacao|citacao judicial|como prova em|peticao inicial|notificacao judicial
it citazione in|atto di citazione|come prova in|decreto ingiuntivo|raccomandata legale
nl dagvaarding|als bewijs voor|bewijsstuk*|zittingsdatum|gerechtelijke brief
[hidden place]
en women s place|women s house|womens house|women s refuge|safe house|secret address|confidential address|hidden address
  |nobody can know where|nobody must know where|cant know where i|mustnt know where i
es casa de mujeres|piso de acogida|casa de acogida|direccion secreta|nadie puede saber donde|no puede saber donde
de schutzwohnung|frauenhaus|geheime adresse|adresse geheim|niemand wissen wo|nicht wissen wo ich|auskunftssperre
fr foyer pour femmes|maison des femmes|adresse secrete|adresse confidentielle|ne doit savoir ou|doit pas savoir ou
pt casa abrigo|casa de mulheres|morada secreta|morada confidencial|ninguem pode saber onde|nao pode saber onde
it casa rifugio|centro antiviolenza|casa delle donne|indirizzo segreto|non deve sapere dove|nessuno deve sapere dove
nl blijf van mijn lijfhuis|opvanghuis|geheim adres|niemand mag weten waar|niet weten waar ik
[mine]
en my phone|my messages|my emails|my mails|my mobile|my texts|my inbox|my whatsapp|my bag
es mi movil|mi telefono|mi celular|mis mensajes|los mensajes|mi correo|mis correos|mi mail|mi whatsapp
  |mi bolso
de mein handy|meinem handy|mein telefon|meine nachrichten|meine mails|meine e mails|meine post|mein whatsapp
  |meine tasche|mein postfach
fr mon telephone|mon portable|mes messages|mes mails|mes sms|mon courrier|mon sac|ma boite mail
pt meu telemovel|meu celular|meu telefone|minhas mensagens|meus emails|meu email|minha conta|meu whatsapp
it mio telefono|mio cellulare|miei messaggi|mie mail|mie email|mia posta|mio whatsapp
nl mijn telefoon|mijn mobiel|mijn berichten|mijn mail|mijn mails|mijn post|mijn whatsapp
[cards]
en my cards|all my cards|my bank card|my money|my wages|my benefits|my passport|my papers|any money|every penny
  |every receipt|every purchase
es mis tarjetas|las tarjetas|todas las tarjetas|mi tarjeta|mi dinero|mi sueldo|mi pasaporte|mis papeles|cada gasto
  |cada ticket|todas & controla*
de alle karten|meine karten|mein geld|kein geld|meinen lohn|meinen pass|meine papiere|jeden cent
  |jeden beleg|jeden einkauf
fr mes cartes|ma carte|mon argent|mon salaire|mon passeport|mes papiers|pas d argent|chaque depense|chaque ticket
pt meus cartoes|todos os cartoes|meu cartao|meu dinheiro|meu salario|meu passaporte|meus documentos|cada gasto
it mie carte|tutte le carte|mia carta|miei soldi|mio stipendio|mio passaporto|miei documenti|ogni spesa
  |ogni scontrino
nl mijn pasjes|al mijn pasjes|mijn pas|mijn geld|mijn loon|mijn paspoort|mijn papieren|geen geld|elke cent|elke bon
"""
