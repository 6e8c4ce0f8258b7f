"""Spanish signs that a person must read a message."""

ES = """
[danger]
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
[self_harm]
despues de hoy|despues de esta noche & necesit*|nada|nadie
esta noche|hoy|ya|voy a & acabo con todo|acabar con todo|terminar con todo|matarme
todos|todo el mundo|familia & estarian mejor|estaria mejor|mejor sin mi
no puedo & seguir|continuar & viviendo|asi|vivir
puente|azotea|balcon|vias|ventana|acantilado & en el|tirar*|saltar*|lanzarme
me voy a tirar|voy a saltar|me tiro
volvi|vuelto|vuelvo & cortarme|autolesionarme
motivo|razon|sentido & vivir|despertar|seguir|manana|vida
ultimo mensaje|ultimas palabras|adios para siempre|adios a todos
decid*|diganles|dile*|digan & hijos|familia|madre & quiero|quiero mucho|perdon
no estare|ya no estare & manana|semana
me voy a ahorcar|ahorcarme|hacerse dano|se quiere suicidar|quiere matarse|quiere morir|matarse
ojala & muert*|no despert*|morir*
he tomado pastillas|tomado pastillas|no aguanto mas & pastillas|vivir|vida|todo|dolor
nadie me echaria de menos|nadie me echara de menos|ya no puedo mas con todo|me quiero morir|no quiero seguir
suicid*|matarme|quitarme la vida|quitarme de en medio|hacerme dano|hacerme algo|autolesi*|cortarme las venas
  |me corto
quiero morir*|quisiera morir*|prefiero morir*|ganas de morir*|mejor muert*|estaria mejor muert*|ojala me muriera
  |ojala no despert*
no & quiero|ganas|sentido|merece|vale & vivir|seguir viviendo|seguir aqui|la vida|estar aqui|despertar
acabar con todo|acabar con mi vida|terminar con todo|terminar con mi vida|poner fin a mi vida|poner fin a todo
no puedo mas & vida|vivir|seguir|morir|todo|acabar
no puedo mas con|no aguanto mas & vida|vivir|seguir|todo
harto de vivir|harta de vivir|cansado de vivir|cansada de vivir|nada por lo que vivir|no tengo motivos para vivir
  |razones para vivir
tirarme & puente|ventana|tren|balcon|vias|metro
ahorcarme|colgarme de|tomarme todas las pastillas|me he tomado todas|todas las pastillas|desaparecer para siempre
  |despedirme de todos|todos estarian mejor sin mi|mejor sin mi
[legal]
abogad*|acciones legales|medidas legales|tribunal*|juzgado*|demandar*|demanda|denunciar*|denuncia|querella*
  |procurador|embargo*|burofax|citacion|juicio|juez|via judicial
[regulator]
defensor del pueblo|defensor del cliente|organismo regulador|regulador|oficina del consumidor|ocu|facua
consumo & reclamacion|oficina|omic|hoja
omic|agencia de proteccion de datos|hoja de reclamaciones|banco de espana|cnmc
[fraud]
abri*|abierto & cuenta|prestamo & pasaporte|dni|identidad|documentos
vaci* & cuenta|tarjeta|ahorros
codigo|clave|pin & decirle|dije|di|dimos & hombre|senor|llamada|telefono
no son mias|no son mios|no es mio|no es mia & compra*|cargo*|pedido*|pago*|cuenta
contrasena|clave*|tarjeta|datos|codigo* & estafador*|timador*|falsa|falso|impostor*
vuestro|vuestra|es real|de verdad & mensaje|correo|sms & cuenta|pulse|enlace|datos
fraud*|estafa*|phishing|suplanta*|robo de identidad
identidad & robad*|robo|usa*
hacke*|pirate*|jaquea*|me han robado los datos|timo|timado|timaron
cargo*|pago*|compra*|transferencia*|movimiento*|pedido*|recibo*|prestamo|contrato & no reconozco|no he hecho
  |no hice|no autoriz*|no es mio|no son mios|no era yo|yo no|nunca|sin mi permiso
no reconozco|no autoriz*|sin mi permiso|sin mi consentimiento|sin autorizacion & cargo*|pago*|compra*|cuenta
  |tarjeta|movimiento*|pedido*|prestamo|contrato
alguien|otra persona|otro|desconocid*|ladron*|mi ex|un tercero|han|estan & usa*|utiliz*|entrado|entro|metid*
  |comprado|compra|compro|gastado|accedi*|acceso|cambiado|abierto|dentro & mi cuenta|mi tarjeta|mi nombre|mis datos
  |cuenta|tarjeta|perfil
a mi nombre & prestamo|contrato|linea|cuenta|credito|alguien|abierto
dinero|ahorros|saldo & desaparecid*|robad*|vaciad*|falta|sacado|quitado
vaciado|vaciaron & cuenta|tarjeta
he dado|di|puse|meti|pinche|pulse & codigo|clave|pin|contrasena|enlace|datos & llam*|mensaje|sms|correo|falso
  |alguien|raro|sospech*
[crime]
entraron a robar|entrado a robar|robar|tiron & movil|bolso|tienda|casa
un hombre|un tipo|alguien & me sigue|persigue|espia
policia|guardia civil|mossos|robaron|robado|robada|roban|robo|ladron*|hurto|atrac*|asalt*|carterista
chantaj*|extorsi*|amenaza*|acoso|acosa*|agresi*|agredi*|secuestr*|me sigue|me persigue|han entrado en mi casa
  |falsific*
[vulnerable]
me revisa|me controla|me mira|me lee|me vigila|me espia & movil|telefono|celular|mensajes|correo*
psiquiatr*|soy sordo|soy sorda|soy ciego|soy ciega|silla de ruedas
enterarse|entere|sepa & mi ex|marido|padre|donde vivo
fallec*|difunt*|entierro|viuda|viudo|defuncion|tanatorio|luto
heredero|heredera|ya no esta con nosotros|enterre a|enterramos a|ludopat*|adicto al juego|adicta al juego
  |crisis de salud mental
no puedo|no llego|problemas & pagar|economicos|cuota*|plazos & mes|ayuda|paro|enferm*|hijos|problemas|perdi*
ayuda|subsidio|pension & no puedo|no llego|cobro|vivo de
vivimos en el coche|vivo en el coche|duermo en el coche|pension minima|soy madre soltera|madre soltera & pagar
  |cuotas
ha muerto|murio|fallec*|difunt*|funeral*|entierro|viuda|viudo|defuncion|tanatorio|duelo|luto|herencia & marido
  |madre|padre|esposo|mujer|hijo|hija|abuel*|herman*|titular|cliente|tio|tia|primo|prima|amigo|amiga|suegr*|yerno
  |nuera
  |bebe|pareja|nin*
muerto|muerta|muerte|murio|perdi|perdido & marido|madre|padre|esposo|esposa|mujer|hijo|hija|abuel*|hermano|hermana
  |titular|pareja|bebe
maltrat*|violencia|me pega|me pegaba|me ha pegado|golpea|orden de alejamiento|casa de acogida|escapar de|huir de
  |huyendo
mi ex|exmarido|ex marido|ex pareja|expareja|marido|pareja|novio|padre & encuentr*|sepa|no puede saber|amenaz*|miedo
  |sigue|persigue|pega*|violento|localiz*|controla|vigila
miedo & mi vida|marido|ex|pareja|casa|el|seguridad
no puedo|no podemos|no tengo|no tenemos|no me llega|no nos llega|no llego|sin dinero|sin|imposible & comer|comida
  |calefaccion|alquiler|alimentar|panales|leche|luz|hijos|fin de mes|medicinas|calentar*
elegir & comer|comida|calefaccion|luz
me quede sin trabajo|sin trabajo|perdi el trabajo|perdido el trabajo|perdido mi trabajo|en paro|al paro|despedid*
  |desahuci*|sin techo|vivo en la calle|vivimos en la calle|duermo en la calle|dormimos en la calle|quedo en la calle
  |quedamos en la calle|dejan en la calle|banco de alimentos|pasando hambre|paso hambre|hambre|sin ingresos
  |cobro el subsidio|exclusion social|vulnerable*
cortar|cortado|corten|cortan|corte|sin & luz|gas|agua|calefaccion|electricidad & bebe|hijos|ninos|mayor*|anciano*
  |frio|enferm*|invierno|pagar|embarazada
sin calefaccion|sin luz y|pobreza energetica|bono social|deudas & ahog*|no puedo|ayuda|agobi*
cancer
terminal & enferm*|tratamiento|mi|cancer|madre|padre|paciente
enfermo terminal|enferma terminal|enfermedad terminal|quimioterapia|demencia|alzheimer|discapa*|silla de ruedas
  |sordo|sorda|ciego|ciega|depresion|deprimid*|ansiedad|ataque de panico|ataques de panico|cuidados paliativos
  |dependiente & grado|madre|padre
[delicate]
teamviewer|anydesk|acceso remoto|compartir pantalla & banco|ayuda|dice|tecnico
al parecer|supuestamente & contrate|firme|prestamo|compre|pedi
nino|nina|crio|cria|bebe & solo|sola|descalz*|perdid*|llorando
escalera|escaleras & cayo|rodo|rodando|se cayo
corazon|pecho & mil|acelerad*|palpita*|aprieta|pincha
para que me levanto|ni para que levantarme
muerto|muerta|murio|ha muerto|fallec*
sin pedir*|no pedi|no lo pedi|no la pedi|no he pedido|no lo he pedido & enlace|codigo|codigos|contrasena|sms
inicio de sesion|inicios de sesion|acceso|accesos|dispositivo & no reconozco|desconocid*|extran*|sospechos*
desconocid*|extrano|extranos & direccion|perfil|pedido
no lo hice yo|no la hice yo|yo no lo hice|yo no la hice|me mata|me matara|me va a matar
para la semana|hasta fin de mes|hasta cobrar & euros|pesos|hijos|ninos
tarjeta & alguien|quitaron|cogieron|llevaron|llevo
sin que|para que no|que no & se entere|lo vea|la vea|lo sepa|se de cuenta|me vea
recuperacion|respaldo|registrad*|asociad*|vinculad* & telefono|numero|correo|dispositivo|movil & no es mio
  |no es el mio|no es mia|no es la mia|no es nuestr*|no conozco|no lo conozco|desconocid*|de otra persona
juez|jueza|juzgado|vista|juicio|carcel|prision|abogad*|inspeccion|inspector*|concursal|comision judicial|embargo
  |fiscal
albergue|en la calle|en el coche|tienda de campana|casa de acogida|refugio & direccion|vivimos|dormimos|duermo|ahora
  |estamos
  |estoy|han
nos han echado|nos echaron|me echaron|sin techo|adonde ir|donde ir|nos desahuci*
comemos|comer|comido|llevamos & solo|arroz|pan|pasta|dias|nada|poco|semana
me quedan|nos quedan|la aguamos|dar de comer & euros|fin de mes|leche|hijos|ninos
copiaron|copiada|clonad*|duplicad*
no fui yo|yo no fui|no hice|no hicimos|no la hice|no es mia la firma|esa firma|no pedi|no son mias|no son mios
pastillas|sangrando|sangro|se trago|en la boca|se comio|bebio|derret*|al rojo|llamarada|fogonazo|calambr*|chisp*
  |ampollas
  |hinch*|tiembla|hielo en
urna|cenizas|velatorio|funeraria|enterramos|entierro|nos dejo|ya no esta|se fue mientras
encerrad*|atrapad*|me sigue|me siguen|sigue desde
hospital|planta infantil|agujas|jeringuillas|oxigeno|corazon & mi|mis|de|para|cama
tarjeta & hombre|tipo|senor|puerta|companero|cunado|cunada|vecino|cuidadora & di|compra|us*|fue
una carga|sentido a|cansado de|cansada de|no estare|ya no estare|para verlo|no voy a vivir|de existir
mi marido|mi mujer|mi esposa|mi esposo|mi hijo|mi hija|mis hijos|mi bebe|mi madre|mi padre|mi hermano|mi hermana
  |mi abuel*|abuela|abuelo|nieto|nieta|mi nino|mi nina|la nina|el nino|mi vecin*|mi novio|mi novia|mi ex|cuidadora
  |cuidador|nuestro perro|mi perro|mi gat*|el perro|mi papa|mi mama
sangre|herida|estomago|garganta|pulmon*|dedos|piel|hueso*|embarazada|diabetic*|asma*|epilep*|alergi*|enferm*|medico
  |doctor|enfermera|operacion|emergencia|ambulancia|socorro|ayudenme|miedo|asustad*|panico|lloro|llorando|desesperad*
  |dolor
cuchillo|navaja|pistola|arma|bomba|llama|llamas|prendio|arde|quema*|humo|explo*|accidente|atropell*|ahog*|congel*
  |helad*|veneno|toxico|freno|frenos
un hombre|un senor|un tipo|me sigue|me siguen|me toco|me agarro|escond*|escap*|huir|hui|huyo|peligro*|muert*|morir*
  |muere|mata*|vivir|vida & seguir|para que|acabar
ahorros|cuenta|banco & vacia|vacio|vaciad*|sacado|desaparec*
codigo|clave|pin|numeros & hombre|senor|telefono|llamada|policia|decirle|di|enganad*
pasaporte|dni|mi identidad & cuenta|abri*|us*
sin comida|sin dinero|hambre|en paro|desempleo|deuda|deudas|ciego|ciega|silla de ruedas|psiquiatr*|ingresad*|robar
  |de un tiron
[harmless]
movil|telefono|celular|portatil|ordenador|bateria|tableta|consola|router|internet|linea|conexion|pantalla|tele
  |television|camara|impresora|tetera|tostadora|horno|nevera|lavadora|secadora|lavavajillas|aspiradora|cafetera
  |lampara|bombilla|altavoz|auriculares|mando|reloj|cargador|aparato|app|web|batidora|plancha|raton|teclado
  + murio|ha muerto|se murio|se ha muerto|se muere|muere|muerto|muerta|esta muerto|esta muerta|esta como muerto
  |fallecio|ha fallecido
murio|muere|ha muerto|fallecio
  + el|la|los|mi|mis|nuestro|nuestra
  + movil|telefono|celular|portatil|ordenador|bateria|tableta|consola|router|internet|linea|conexion|pantalla|tele
  |television|camara|impresora|tetera|tostadora|horno|nevera|lavadora|secadora|lavavajillas|aspiradora|cafetera
  |lampara|bombilla|altavoz|auriculares|mando|reloj|cargador|aparato|app|web|batidora|plancha|raton|teclado
como te llamas|te llamas
factura del gas|factura de gas|contrato de gas|tarifa de gas|contador del gas|fire tv|fire stick|robot
  |hora de la verdad|muerto de risa|muerta de risa|agua con gas
fuegos artificiales|juego de fuego|a fuego lento|muerto de hambre|copa de gas
"""
