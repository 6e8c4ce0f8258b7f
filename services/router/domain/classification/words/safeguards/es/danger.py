"""Spanish signs of danger to life and limb."""

DANGER = """
[danger]
dedo|dedos & punta|arranc*|amput*|aplast*|pillad*
huele|olor|peste|apesta & huevo*|podrid*|azufre
explosion|escape de gas|fuga de gas|butano & fuga|olor
huele*|olor*|fuga|escape|apesta|oler & gas|butano
monoxido
incendi*|se quema|se esta quemando|quemandose|en llamas|llamas|ardiendo|ha ardido|prendido fuego|prendio fuego
  |bomberos|fuego
huele|olor & quemado|a quemado|humo|chamusc*
humo & sale|salia|echa|saliendo|sacando|negro|cocina|bateria|cargador|enchufe|casa|mucho|lleno|llena
chispa*|chispazo*|cortocircuito
explot*|explosion|ha reventado|revento|hinchada|derretid* & bateria|movil|cargador|olla|botella|aparato|me|horno
  |patinete
calambre*|descarga electrica|electrocut*|me da corriente|dio corriente|cable pelado|cables pelados|cables sueltos
sangr*|inconsciente|desmay*|no respira|no puedo respirar|no puede respirar|le cuesta respirar|asfixi*|se ahoga
  |atragant*|me ahogo|ahogando
convulsi*|ictus|infarto|dolor en el pecho|dolor de pecho|sobredosis|envenen*|intoxica*|ambulancia|hospital*
  |urgencias|uci
herid*|quemadura*|me he quemado|me queme|se ha quemado|se quemo|lesion*|puntos de sutura|me he cortado
  |se ha cortado|se corto|me corte & mano|dedo*|pierna|brazo|cara
herid* & hijo|hija|nino|nina|grave|sangre|mano|he|ha
me he roto|se ha roto|se rompio|me rompi & pierna|brazo|cadera|muneca|tobillo|diente
caido|cayo|cai & escalera*|suelo|levantar*|no puede|mayor|abuela|madre
reaccion alergica|alergi* & reaccion|hincha*|comido|comio|lleva|contiene|frutos secos|cacahuete*|hijo|hija|no avisa
  |etiqueta
anafila*|se me hincha|se le hincha|hinchad* & cara|labios|garganta|lengua|ojos
sarpullido|ronchas|ampollas & crema|despues|desde|piel|cara|producto
vomit* & comer|comido|comio|desde|despues|hijo|hija|nino|comida
insulina|oxigeno|inhalador*|dialisis|respirador*|marcapasos|quimio*|nebulizador*|epipen|adrenalina|desfibrilador
medicina*|medicamento*|medicacion|pastillas|receta|tratamiento & no llega*|no ha llegado|no han llegado|falta*|sin
  |retras*|quedan|queda|acab*|perdid*|urgente|necesit*
hijo|hija|hijos|nino|nina|ninos|bebe|nieto|nieta|abuelo|abuela & tragado|trago|atrapad*|encerrad*|peligro|fiebre
  |solo|sola|desaparecid*|quemad*|bebido|calambre*|ahog*
perro|perra|gato|gata|cachorro|animal*|mascota|caballo & tragado|trago|atrapad*|encerrad*|comido|comio|enferm*
  |muriendo|muere|solo|envenen*|peligro
tragado|trago|ingerido & pila*|iman*|moneda|pastilla*|pieza|lejia|detergente|capsula*
atrapad*|encerrad* & ascensor|dentro|bano|coche|puerta|salir
peligro|peligros*|vida o muerte|puede morir|pudo morir|podria morir|casi muere|casi me mato|casi nos mata
  |se va a morir|se muere|emergencia medica
inund*|agua & techo|sale|cae|enchufes|revent*
"""
