"""Spanish signs that a customer is in need: death, violence, illness, poverty."""

VULNERABLE = """
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
"""
