"""Spanish words that look like signs and are read over."""

HARMLESS = """
[harmless]
seguro|seguros|poliza|cobertura + de incendio|de incendios|contra incendio|contra incendios
fuego cruzado|rojo sangre|naranja sanguina|pistola de silicona|pistola de pintura|pistola de masaje|bomba de bano
  |bombas de bano|muero de ganas|morir de ganas|muero por tener|muero por ver|muero por recibir
disfraz|traje|casco|muneco|gorra + de policia|de bombero|de medico|de enfermera|de soldado|de esqueleto|de muerto
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
alguien me|alguien + puede ayudar|puede decir*|ayuda|ayude|sabe|puede explicar|puede enviar|dice
me puede alguien|puede alguien|alguien puede + ayudar|ayudarme|decir|decirme|explicar|explicarme
enlace del correo|enlace de su correo|enlace de vuestro correo|enlace que me mandasteis|enlace que me enviaron
  |enlace para restablecer|enlace de confirmacion
es un robo|esto es un robo|menudo robo|vaya robo|es un atraco|vaya atraco|sois unos ladrones
  |panda de ladrones|gris humo|me muero por|matar el proceso|mato el proceso|matar la app|grabar un cd
  |agresivo de precio
como te llamas|te llamas
factura del gas|factura de gas|contrato de gas|tarifa de gas|contador del gas|fire tv|fire stick|robot
  |hora de la verdad|muerto de risa|muerta de risa|agua con gas
fuegos artificiales|juego de fuego|a fuego lento|muerto de hambre|copa de gas
"""
