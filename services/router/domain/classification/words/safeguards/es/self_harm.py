"""Spanish signs that somebody may harm themselves."""

SELF_HARM = """
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
"""
