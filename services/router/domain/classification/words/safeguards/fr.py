"""French signs that a person must read a message."""

FR = """
[danger]
maison|appartement|cuisine|immeuble & brule|en flammes
sent|odeur|pue & oeuf*|œuf*|pourri*|soufre
sent|odeur*|fuite|pue|senti & gaz|butane|brule
monoxyde
incendie*|au feu|en feu|pris feu|prend feu|flammes|en train de bruler|a brule|pompiers|carbonise*
fumee*|fume & sort|noire|batterie|chargeur|prise|cuisine|maison|appareil|partout|remplie|du|de
etincelle*|court circuit
explos*|a explose|gonflee|fondu & batterie|telephone|chargeur|appareil|bouteille|trottinette|four|main
explosion|a explose
electrocut*|decharge electrique|choc electrique|pris le jus|coup de jus|fils denudes|fil denude|chataigne
saigne*|sang|inconscient*|evanoui*|ne respire*
respirer & plus|pas|mal|difficulte*|n arrive
etouff*|convulsion*|avc|infarctus|crise cardiaque|douleur dans la poitrine|overdose|empoisonn*|intoxi*|ambulance
  |samu|hopital|urgences|reanimation|s est effondre*
blesse*|blessure*|brulure*|brulee|coupe|casse|fracture & main|doigt*|bras|jambe|visage|enfant|fils|fille|profond*
  |grave*|hanche
blesse|blessee|blesses|brulures|points de suture
tombe* & escalier*|relever|par terre|sol|mere|grand mere
reaction allergique|allergi* & reaction|mange|gonfle*|contient|arachide*|noix|cacahuete*|etiquette|fils|fille|enfant
anaphyla*|gonfle*|enfle* & visage|levres|gorge|langue|yeux
plaques|eruption|cloques & creme|depuis|apres|peau
vomi* & mange|depuis|apres|enfant|fils|fille
insuline|oxygene|inhalateur*|ventoline|dialyse|respirateur|pacemaker|chimio*|epipen|nebuliseur|defibrillateur
medicament*|traitement|comprimes|ordonnance & pas arrive*|pas recu*|manqu*|sans|retard*|plus|dernier*|perdu*
  |urgent*|besoin
enfant*|bebe|fils|fille|grand mere|grand pere|petit & avale|coince*|enferme*|danger|fievre|seul|seule|disparu*|bu
chien*|chat|chatte|chiot|animal|cheval & avale|coince*|enferme*|mange|malade|meurt|mourir|seul|empoisonne
avale & pile*|aimant*|piece|comprime*|javel|lessive|capsule*
coince*|bloque*|enferme* & ascenseur|dedans|interieur|voiture|salle de bain
danger|dangereu*|danger de mort|vie ou de mort|failli mourir|va mourir|aurait pu mourir|peut mourir|risque sa vie
  |en train de mourir
inond*|fuite d eau & plafond|prises|electri*
[self_harm]
apres ce soir|apres cette nuit|apres aujourd hui & besoin|rien|personne
suicid*|me tuer|me faire du mal
me faire mal & envie|vais|veux
mettre fin a mes jours|en finir|finir avec la vie|m oter la vie|me foutre en l air|me pendre|me trancher
  |m ouvrir les veines|me scarifi*|mutil*|me taillader
envie|veux|voudrais|prefere*|aimerais & mourir|disparaitre|etre mort|etre morte|plus vivre|plus exister
  |plus me reveiller
plus & envie|raison*|sens|veux|gout & vivre|vie|etre la
raison de vivre|vie ne vaut|vie n a plus|fatigue de vivre|fatiguee de vivre|marre de vivre|marre de la vie
  |mieux sans moi|serais mieux mort*|mieux si je n etais|n etais plus la
sauter & pont|fenetre|toit|train|sous
avale tous|tous les medicaments|toutes les pilules|tous mes comprimes|lettre d adieu|dire adieu
  |je n en peux plus de vivre
en peux plus & vie|vivre|tout arreter
[legal]
avocat*|tribunal|tribunaux
justice & saisir|action|porter|poursui*|en
poursuite*|poursuivre|porter plainte
plainte & depose*|deposer|porter|contre|police
mise en demeure|huissier*|assignation|procureur|juridique*|convocation|juge
[regulator]
mediateur|repression des fraudes|dgccrf|que choisir|cnil|60 millions de consommateurs|autorite de regulation|arcep
  |regulateur
[fraud]
fraud*|arnaqu*|escroc*|escroquerie|hameconnage|phishing|usurp*|vol d identite
identite & vole*|usurp*|utilis*
pirat*|hack*
compromis & compte|carte|mot
quelqu un|une autre personne|inconnu*|autrui|un tiers|mon ex|on & utilis*|connecte*|acced*|achete|commande|change
  |ouvert|est dans|entre dans|depense|se sert & mon compte|ma carte|mon nom|compte|carte|identite|profil|coordonnees
a mon nom & compte|credit|contrat|ligne|ouvert|quelqu un|souscrit
pas|jamais|aucun* & fait|autoris*|reconnais*|effectue*|moi|valide*|commande|souscrit & paiement*|prelevement*
  |achat*|transaction*|virement*|debit*|contrat|credit
argent|economies|solde|compte & disparu*|vide|vole|evapore
donne|communique|saisi|clique & code|mot de passe|lien|carte|coordonnees & appel*|sms|mail|faux|fausse|banque
  |bizarre
[crime]
police|gendarme*|vole|volee|voles|vol a|volait|vol de|voleur*|cambriol*|braqu*|agress*|pickpocket|me suis fait voler
chantage|extor*|menac*|harcel*|stalk*|enleve*|kidnapp*|me suit|contrefa*|falsifi*|intrus
[vulnerable]
fouille|lit|controle|surveille|espionne & mon telephone|mon portable|mes messages
mort|morte|decede*|deces|perdu|enterrement|obseques|disparu & mari|femme|mere|pere|fils|fille|frere|soeur|grand*
  |conjoint*|titulaire|bebe|epoux|epouse|papa|maman
decede*|deces|obseques|enterrement|veuve|veuf|deuil|succession|fausse couche
notaire & succession|deces
violence*|violent|me frappe|me bat|battue|maltrait*
foyer & femmes|accueil
ordonnance de protection|me cache*|fuir mon|ex|mari|conjoint|compagnon|pere & retrouv*|sache|savoir|menac*|peur
  |suit|frapp*|violent|surveill*
peur & pour ma vie|de lui|mon mari|mon ex|rentrer|pour ma securite
peux|pouvons|arrive*|plus|pas|sans & payer|argent|moyens|acheter|acheter & manger|nourri*|chauff*|loyer|electricite
  |enfants|couches|courses
choisir & manger|chauff*
plus d argent|sans argent|plus un sou|plus rien a manger|rien a manger|faim|au chomage|chomage|perdu mon emploi
  |perdu mon travail|perdu mon boulot|licencie|licenciee|licenciement|expulse|expulsee|expulsion|sdf|a la rue
  |sans abri|surendett*
  |huissiers|restos du coeur
  |banque alimentaire|rsa|precari*
coup* & electricite|chauffage|gaz|eau|courant
sans chauffage|plus de chauffage|chauffage|electricite & bebe|enfant*|froid|age*|malade|enceinte|hiver
cancer|phase terminale|condamne|soins palliatifs|demence|alzheimer|handicap*|fauteuil roulant|sourd|sourde|sourds
  |malentendant*|aveugle|depression|depressi*|crise de panique|angoisse|mourant*|grabataire|hospitalis*
[delicate]
plus jamais
commissariat|gendarm*|prefecture|notaire|huissier*|syndicat|asile|ambassade|consulat|assistante sociale
catheter*|sonde|canule*|stomie|dialyse|inhalateur*|insuline|bandelettes|prothese*|deambulateur|seringue*|chimio*|avc
  |oxygene|vaccin*
on me trouvera|on me retrouvera|si je suis encore la|si je tiens jusqu
flamme*|etincelle*|coeur & sechoir|chauffe|appareil|sort|sorti|crache|bat|serre|prise
juge|tribunal|avocat|prison|huissier|plainte & facture|pour|contre|de|du|le|un
foyer|a la rue|dans la voiture|expuls* & adresse|nous|on|dors|dormons
saigne|saignes|comprimes|avale|bu|coeur|brule|fondu|etincelles|flamme|gaz|tete qui tourne|etouffe
urne|cendres|enterre|obseques|plus la|fatigue d exister|fatigue de vivre|un poids
code & donne|monsieur|banque|telephone
mange & que|riz|pain|jours
mon mari|ma femme|mon fils|ma fille|mon enfant|mes enfants|mon bebe|ma mere|mon pere|mon frere|ma soeur
  |ma grand mere|mon grand pere|mon chien|mon chat|mon ex|sang|blessure|peur|malade|medecin|urgence|accident|feu
  |fumee|couteau|mort|morte|morts|mortel*|mourir|vivre|inconnu|seule|enceinte|diabet*|allergi*
[harmless]
assurance|garantie|contrat + incendie|contre l incendie
quelqu un peut|quelqu un pourrait|quelqu un + m aider|me dire|m expliquer|m aide|sait
lien du mail|lien de votre mail|lien dans le mail|lien de reinitialisation|lien de confirmation|code recu par mail
  |gris fumee|meurs d envie|tuer le processus
facture de gaz|contrat de gaz|compteur de gaz|fire tv|fire stick|mort de rire|morte de rire|feu vert
  |feux d artifice|pile ou face|batterie morte|bon sang|pression artérielle
eau gazeuse|tension arterielle
"""
