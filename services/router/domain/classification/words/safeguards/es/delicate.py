"""Spanish words for people, bodies and harm, which routine matters seldom name: no safeguard, a doubt."""

DELICATE = """
[delicate]
nunca mas|jamas vuelv*
comisaria|guardia civil|extranjeria|asilo|embajada|consulado|notario|notaria|sindical|sindicato|servicios sociales
  |inspector|inspectora|inspeccion|juez|jueza|los agentes|inmigracion
cateter*|sonda|sondas|canula*|bomba de alimentacion|estoma|colostomia|dialisis|nebulizador*|inhalador*|insulina
  |tiras reactivas|audifono*|marcapasos|protesis|andador|jeringa*|respirador*|leche especial|quimio*|trasplante*|ictus
  |convulsion*|oxigeno|vacuna*
si es que llego|si llego al|cuando me encuentren|si sigo aqui|si sigo vivo|si sigo viva|a mi nombre cuando
no me dejan|no me deja & puerta|salir|movil|telefono
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
"""
