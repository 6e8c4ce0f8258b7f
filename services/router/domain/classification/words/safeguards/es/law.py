"""Spanish signs of law and crime: lawyers, regulators, fraud, what the police are called for."""

LAW = """
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
cargo*|pago*|compra|compras|transferencia*|movimiento*|pedido*|recibo*|prestamo|contrato & no reconozco|no he hecho
  |no hice|no autoriz*|no es mio|no son mios|no era yo|yo no he|yo no fui|yo no lo|yo no la|nunca|sin mi permiso
no reconozco|no autoriz*|sin mi permiso|sin mi consentimiento|sin autorizacion & cargo*|pago*|compra*|cuenta
  |tarjeta|movimiento*|pedido*|prestamo|contrato
alguien|otra persona|otro|desconocid*|ladron*|mi ex|un tercero|han|estan & usa*|utiliz*|entrado|entro|metid*
  |comprado|compra|compro|gastado|accedi*|acceso|cambiado|abierto|dentro & mi cuenta|mi tarjeta|mi nombre|mis datos
  |cuenta|tarjeta|perfil
a mi nombre & prestamo|contrato|linea|cuenta|credito|alguien|abierto
dinero|ahorros|saldo & desaparecid*|robad*|vaciad*|falta|sacado|quitado
vaciado|vaciaron & cuenta|tarjeta
he dado|les di|le di|di|puse|meti|pinche|pulse & codigo|clave|pin|contrasena|enlace|datos & llam*|mensaje|sms|correo
  |falso|banco|alguien|raro|sospech*
[crime]
a mano armada|han entrado|entraron & mi tienda|mi local|mi negocio|mi casa|mi piso
me ha apuntado|me apunto|me apuntaron|me amenazo & navaja|cuchillo|pistola|arma
entraron a robar|entrado a robar|robar|tiron & movil|bolso|tienda|casa
un hombre|un tipo|alguien & me sigue|persigue|espia
policia|guardia civil|mossos|robaron|robado|robada|roban|robo|ladron*|hurto|atrac*|asalt*|carterista
chantaj*|extorsi*|amenaza*|acoso|acosa*|agresi*|agredi*|secuestr*|me sigue|me persigue|han entrado en mi casa
  |falsific*
"""
