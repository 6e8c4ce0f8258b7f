"""Dutch signs that a person must read a message."""

NL = """
[danger]
ruikt|stinkt|lucht|stank & ei|eieren|rotte|zwavel
ruik*|geur|lucht|lek|lekt|stinkt & gas|aardgas|brand
gaslucht|gaslek|koolmonoxide|co melder
in brand|staat in brand|brand uitgebroken|brandje|vlammen|vlam gevat|brandweer|vuur|brandlucht|doorgebrand|smeult
rook|rookt|walm & komt|uit|accu|oplader|stopcontact|keuken|huis|zwarte|apparaat|batterij
vonken|vonkt|kortsluiting
ontplof*|explo*|opgezwollen|gesmolten & accu|telefoon|oplader|apparaat|batterij|fles|step|oven
ontploft|ontploffing|explosie
elektrische schok|schok gekregen|onder stroom|geelektrocuteerd|elektrocut*|blote draad|losse draden
stroom & schok
bloed|bloedt|bloeden|bewusteloos|flauwgevallen|ademt niet
ademen & niet|moeite|kan
benauwd|stikt|gestikt|verslikt|stikken|toeval|beroerte|hartaanval|pijn op de borst|overdosis|vergiftig*|ambulance
  |ziekenhuis|spoedeisende|eerste hulp|intensive care|112 gebeld|bel 112
gewond*|verwond*|verbrand*|gesneden|gebroken|bezeerd & hand|vinger*|arm|been|gezicht|kind|zoon|dochter|heup|diep
  |zich
gewond|gewonde|verwonding*|brandwond*|hechtingen
gevallen & trap|opstaan|overeind|grond|moeder|oma
allergisch* & reactie|gegeten|opgezwollen|noten|pinda*|etiket|zoon|dochter|kind|shock
anafyla*|opgezwollen|gezwollen|zwelt & gezicht|lippen|keel|tong|ogen
uitslag|blaren & creme|sinds|huid|na
overgeven|overgegeven|voedselvergiftiging|kotst & gegeten|sinds|na|kind
voedselvergiftiging
insuline|zuurstof*|inhalator|pufje*|dialyse|beademing*|pacemaker|chemo*|epipen|vernevelaar|defibrillator
medicijn*|medicatie|geneesmiddel*|pillen|tabletten|recept & niet|ontbre*|zonder|te laat|op|laatste|kwijt|dringend
  |nodig|verkeerde
kind|kinderen|baby|zoon|dochter|kleinkind|oma|opa|peuter & ingeslikt|opgesloten|vast|gevaar|koorts|alleen|vermist
  |gedronken|klem
hond|kat|poes|puppy|dier|paard & ingeslikt|opgesloten|opgegeten|ziek|sterft|dood gaat|alleen|vergiftigd|klem
ingeslikt & batterij|knoopcel|magneet|munt|pil|onderdeel|bleek|wasmiddel
vast|opgesloten & lift|binnen|auto|badkamer
gevaar|gevaarlijk*|levensgevaar*|leven of dood|bijna dood|dood kunnen|had kunnen sterven|gaat dood|levensbedreigend
water & plafond|stopcontact*|overstro*
[self_harm]
na vannacht|na vanavond|na vandaag & nodig|niets|niemand
zelfmoord*|suicid*|zelfdoding|mezelf van kant|mezelf iets aan|mezelf wat aan|mezelf pijn|mezelf snijden
  |snijd mezelf|mezelf ophangen|mezelf doden|automutil*|eind aan mijn leven|einde aan mijn leven|einde maken aan
  |er een eind aan|leven beeindigen
wil|wou|liever & dood|sterven|doodgaan|niet meer leven|niet meer wakker|er niet meer zijn
niet meer|geen & leven|wakker worden|bestaan & wil|zin|reden|hoeft
geen zin meer in het leven|reden om te leven|levensmoe|leven heeft geen zin|leven niet meer waard
  |beter af zonder mij|zonder mij beter|was ik maar dood|er niet meer ben|hoeft voor mij niet meer
van de brug|voor de trein|van het dak|voor een trein
alle pillen|alle tabletten|afscheidsbrief|afscheid nemen van iedereen|ik kan niet meer verder|kan niet verder leven
  |trek het leven niet
[legal]
advocaat|advocaten|rechter|rechtbank|rechtszaak|juridisch*|aanklagen|aanklacht|dagvaard*|deurwaarder*|kort geding
  |gerechtelijk*|rechtsbijstand|aangifte
beslag & leggen|loon
[regulator]
ombudsman|toezichthouder|consumentenbond|autoriteit consument|acm|geschillencommissie|autoriteit persoonsgegevens
  |afm
[fraud]
fraud*|oplicht*|opgelicht|phishing|identiteitsfraude
identiteit & gestolen|misbruik*|gebruik*
gehackt|hacker*|misbruik|ongeautoriseerd*|zonder mijn toestemming|babbeltruc
iemand|ander|vreemde*|onbekende*|derden|mijn ex & gebruik*|ingelogd|toegang|besteld|bestelt|koopt|gekocht|gewijzigd
  |veranderd
  |zit in|geopend|afgesloten|uitgegeven & mijn|account|rekening|kaart|pas|naam|gegevens|profiel
op mijn naam & contract|rekening|lening|iemand|afgesloten|abonnement
niet|nooit|geen & gedaan|herken|toestemming|besteld|afgesloten|ik|gemaakt & betaling*|afschrijving*|transactie*
  |overboeking*|bestelling*|contract|lening|incasso
geld|spaargeld|saldo|rekening & weg|verdwenen|leeggehaald|geplunderd|leeg
pincode|code|wachtwoord|link|gegevens & gegeven|ingevuld|geklikt|doorgegeven & gebeld|sms|mail|nep|vreemd|bank
[crime]
politie|gestolen|gejat|diefstal|dief|dieven|beroofd|beroving|inbraak|inbreker*|ingebroken|overval*|zakkenroll*
chant*|afpers*|bedreig*|dreig*|gestalkt|stalk*|lastig gevallen|lastiggevallen|aangevallen|mishandel*|ontvoer*
  |achtervolg*|vervalst*
[vulnerable]
controleert|leest|doorzoekt & mijn telefoon|mijn mobiel|mijn berichten
overleden|gestorven|dood|overlijden|verloren|begrafenis|uitvaart & man|vrouw|moeder|vader|zoon|dochter|broer|zus
  |oma|opa|partner|rekeninghouder|kind|baby|ouders|mama|papa|klant
overleden|overlijden|uitvaart|begrafenis|crematie|weduwe|weduwnaar|nabestaande*|overlijdensakte|rouw|nalatenschap
  |miskraam
geweld|gewelddadig|mishandel*|slaat me|slaat mij|geslagen|blijf van mijn lijf|opvanghuis|contactverbot
  |contactverbod|straatverbod|vluchten voor
ex|man|vriend|partner|vader & vindt|vinden|weten|bedreigt|bang|volgt|slaat|gewelddadig|stalk*|controleert
bang & voor mijn leven|voor hem|voor mijn|naar huis|veiligheid
kan|kunnen|geen|niet & betalen|geld|veroorloven|kopen & eten|verwarming|stoken|huur|stroom|kinderen|luiers
  |boodschappen
kiezen & eten|verwarm*|stoken
werkloos|baan verloren|baan kwijt|ontslagen|dakloos|uit huis gezet|huisuitzetting|voedselbank|honger|schulden*
  |schuldhulp*
bijstand & leef|uitkering|rondkomen|geld
failliet|faillissement
afgesloten|afsluiten|afgesneden & stroom|gas|water|verwarming|energie|elektriciteit
zonder verwarming|verwarming & baby|kind*|koud|oud|ziek|winter|zwanger|bejaard*
kanker|terminaal|ongeneeslijk|palliatief|palliatieve|hospice|dement*|alzheimer|gehandicapt|handicap|rolstoel|doof
  |blind|depress*|paniekaanval*|stervend|bedlegerig
[delicate]
nooit meer
politiebureau|wijkagent*|ambassade|consulaat|asiel*|vakbond*|notaris|deurwaarder*|maatschappelijk werk*
katheter*|sonde|sondevoeding|canule*|stoma|dialyse|inhalator*|insuline|teststrips|prothese*|rollator|chemo*|beroerte
  |zuurstof|vaccin*
als ze me vinden|als ik er dan nog ben
mag niet weten & waar|hij|zij
steekvlam*|vonken|hart & fohn|stopcontact|kwam|bonkt|slaat|uit
rechter|rechtbank|advocaat|gevangenis|deurwaarder|zitting
opvang|op straat|in de auto|uit huis gezet & adres|wonen|slapen|nu
bloed*|pillen|hartpillen|ingeslikt|gedronken|hart|verbrand|gesmolten|vonken|vlam*|schok|duizelig
urn|as van|uitvaart|begrafenis|begraven|er niet meer|moe van|te moe|een last
code & gegeven|meneer|bank|telefoon
eten & alleen|rijst|brood|dagen
achtervolgt|volgt mij|volgt me
mijn man|mijn vrouw|mijn zoon|mijn dochter|mijn kind|mijn kinderen|mijn baby|mijn moeder|mijn vader|mijn broer
  |mijn zus|oma|opa|mijn hond|mijn kat|mijn ex|bloed|wond|bang|ziek|dokter|noodgeval|ongeluk|brand & gevlogen|huis
  |rook|mes|dood|sterven|vreemde|alleen|zwanger|diabet*|allergi*
[harmless]
kan iemand|kan iemand me|kan iemand mij|iemand me|iemand mij|iemand + helpen|zeggen|vertellen|uitleggen|helpt
link in de mail|link in jullie mail|link uit de mail|resetlink|bevestigingslink|code uit de mail|rookgrijs
gasrekening|gasmeter|gascontract|fire tv|fire stick|vuurwerk|bloeddruk*|doodmoe|slecht weer
"""
