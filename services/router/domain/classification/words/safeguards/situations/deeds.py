"""What people do to one another in situations, in seven languages: spy, coax, take, stay away."""

DEEDS = """
[coaxing]
en gift card*|voucher*|google play|steam card*|code|codes|pin|bitcoin|crypto|safe account|move my money|remote|transfer
es tarjetas regalo|tarjeta regalo|vales|codigo|codigos|clave|bitcoin|cuenta segura|mover mi dinero|transferencia
de gutscheinkarte*|guthabenkarte*|gutscheine|code|codes|tan|pin|bitcoin|sicheres konto|mein geld umbuchen|uberweisen
fr cartes cadeaux|carte cadeau|code|codes|bitcoin|compte securise|virement|coupon pcs|coupons
pt cartoes presente|cartao presente|vales|codigo|codigos|bitcoin|conta segura|transferencia
it carte regalo|buoni|codice|codici|bitcoin|conto sicuro|bonifico
nl cadeaukaart*|cadeaubon*|code|codes|pincode|bitcoin|veilige rekening|kluisrekening|overmaken
[kept out]
en get back in|letting my ex|let my ex|lets my ex|out of the house|keep him out|keep her out|locked me in
  |locked me out of
  |locked the door from|wont let me leave|wont let me out
es vuelva a entrar|abrirle a mi ex|deje entrar a mi ex|fuera de casa|no me deja salir|me ha encerrado|me dejo encerrada
de wieder reinkommt|meinen ex nicht|meinem ex|aus dem haus|lasst mich nicht raus|eingesperrt hat|hat mich eingesperrt
fr puisse plus rentrer|laisser entrer mon ex|hors de la maison|me laisse pas sortir|m a enferme|m a enfermee
pt volte a entrar|deixar entrar o meu ex|fora de casa|nao me deixa sair|trancou me|me trancou
it possa rientrare|far entrare il mio ex|fuori di casa|non mi lascia uscire|mi ha chiuso|mi ha chiusa
nl weer binnen kan|mijn ex binnen|uit huis zetten|laat me niet gaan|heeft me opgesloten
[behind his back]
en before hes home|before hes back|before he gets home|before he gets back|before he gets in|before he comes home
  |before he comes back|before she gets home|before she gets back|before my husband gets|before my dad gets
  |while hes at work
  |while hes out|when hes at work|when hes out|only when hes|not when hes
es antes de que el vuelva|antes de que el llegue|antes de que vuelva el|antes de que llegue mi|antes de que vuelva mi
  |cuando el no este|mientras el esta en|mientras el trabaja|mientras no este el
de bevor er heimkommt|bevor er nach hause|bevor er zuruck|bevor er aus|bevor er kommt|bevor mein mann
  |wenn er nicht da ist
  |wahrend er auf arbeit|wahrend er bei der arbeit|wahrend er weg ist|solange er weg ist
fr avant qu il rentre|avant qu il revienne|pendant qu il travaille|quand il n est pas la|pendant qu il est
pt antes que ele volte|antes que ele chegue|antes de ele voltar|antes de ele chegar|enquanto ele trabalha
  |quando ele nao esta
it prima che torni|prima che lui torni|prima che rientri|mentre lui lavora|quando lui non c e
nl voordat hij thuis|voor hij thuis|voordat hij terug|terwijl hij werkt|als hij weg is|als hij er niet is
[not safe]
en not safe for me|isnt safe for me|isnt safe for us|isnt safe for my|no longer safe|not safe any more|not safe anymore
  |not safe there|not safe here
  |isnt safe any more|isnt safe anymore|dont feel safe|not feel safe|unsafe for me|unsafe for us|not safe for us
es no es segura para mi|no es seguro para mi|ya no es segura|ya no es seguro|no estoy a salvo|no estamos a salvo
  |no me siento segura
  |no me siento seguro
de fur mich nicht mehr sicher|nicht sicher fur mich|nicht mehr sicher fur|fur uns nicht mehr sicher
  |fuhle mich nicht sicher
  |nicht mehr sicher dort|hier nicht sicher
fr plus sure pour moi|plus en securite|pas en securite|plus sur pour moi|plus sure pour nous
pt nao e segura para mim|nao e seguro para mim|ja nao e segura|nao estou em seguranca|nao me sinto segura
  |nao me sinto seguro
it non e sicuro per me|non e sicura per me|piu sicuro per me|piu sicura per me|non e piu sicuro|non mi sento al sicuro
  |non sono al sicuro
nl niet meer veilig|niet veilig voor mij|voor mij niet veilig|voel me niet veilig
[threatening]
en know where i live|knows where i live|know where i work|knows where i work|know where we live|knows where we live
  |watching my house|watching the house|youll be sorry|make me pay for|going to get me|coming for me|come after me
es saben donde vivo|sabe donde vivo|saben donde trabajo|sabe donde trabajo|vienen a por mi|viene a por mi
  |me las va a pagar
de wissen wo ich wohne|weiss wo ich wohne|wissen wo ich arbeite|weiss wo ich arbeite|hat es auf mich abgesehen
fr savent ou j habite|sait ou j habite|savent ou je|sait ou je travaille|me retrouver chez moi
pt sabem onde moro|sabe onde moro|sabem onde vivo|sabe onde vivo|vem atras de mim
it sanno dove abito|sa dove abito|sanno dove vivo|sa dove vivo|me la fara pagare
nl weten waar ik woon|weet waar ik woon|weten waar ik werk|weet waar ik werk|komen me halen
[unseen]
en not been seen|hasnt been seen|havent seen him for|havent seen her for|not answering the door|not answered the door
  |taken his milk|taken her milk|post is piling|letters piling|mail is piling|curtains closed for|not heard from him
  |not heard from her
es no se le ve|no lo vemos|no la vemos|sin recoger el correo|no abre la puerta|no contesta al timbre|no da senales
de nicht mehr gesehen|offnet nicht|macht nicht auf|zeitung nicht rein|post nicht rein|briefkasten quillt|rollladen unten
fr plus vu|plus vue|n ouvre pas|ne repond plus|courrier s entasse|volets fermes
pt ninguem o ve|ninguem a ve|nao abre a porta|nao da sinais|correio a acumular
it nessuno lo vede|nessuno la vede|non apre la porta|non da segni|posta si accumula
nl niet meer gezien|doet niet open|post ligt|krant niet|gordijnen dicht
[scandal]
en turn him in|report my boss|reporting my boss|reporting him|reporting my manager|reporting her|whistleblow*
  |blow the whistle
  |run away from home|ran away from home|running away from|get away from him|leaving him|leave him|hes out on
  |released on friday|gets out on|gets out of prison|paper trail|a trail he|not for him to find|follow the trail
es denunciar a mi jefe|denuncio a mi jefe|escapado de casa|escapada de casa|huido de casa|dejarle|dejarlo a el
  |el sale el|sale de la carcel|seguir el rastro|dejar rastro
de zeige ihn an|ich zeige ihn|zeige sie an|von zuhause abgehauen|von zu hause abgehauen|weggelaufen|verlasse ihn
  |ihn verlassen
  |kommt am freitag raus|wird entlassen|spur verfolgen|keine spur
fr denonce mon|fugue|parti de chez|partie de chez|je le quitte|sort de prison|laisser de trace|suivre ma trace
pt denunciar o meu|fugi de casa|fugiu de casa|deixa lo|vou deixar o|sai da prisao|deixar rasto|seguir o rasto
it denuncio il mio|scappata di casa|scappato di casa|lo lascio|lasciarlo|esce di prigione|lasciare tracce
  |seguire le tracce
nl geef mijn baas aan|weggelopen van huis|ik verlaat hem|komt vrij|spoor kan volgen|geen spoor
[notice]
en notice|notices|miss|misses|care|cares|mind|cry
es notaria|notara|echaria|echara|importaria|importa|lloraria
de merken|merkt|vermissen|vermisst|interessieren|weinen
fr remarquerait|remarquera|manquerait|manquerais|pleurerait|s en rendrait
pt notava|notaria|sentiria|faria falta|choraria|importava
it accorgerebbe|mancherei|importerebbe|piangerebbe
nl merken|missen|opvallen|huilen
[gone]
en i was gone|if i were gone|i disappeared|i vanished|i wasnt here|i werent here|im gone|i died|i wasnt around|if i went
es si no estoy|si no estuviera|si desaparezco|si desapareciera|si me muero|cuando no este
de ich weg bin|ich weg ware|ich nicht mehr da|ich verschwinde|ich tot ware|ich sterbe
fr je disparaissais|je disparais|je n etais plus|je mourais|je n existais
pt eu desaparecesse|eu desaparecer|eu morresse|eu nao estivesse|desaparecesse
it sparissi|sparisco|morissi|se non ci fossi|se muoio
nl ik weg was|ik weg ben|ik er niet meer|ik verdwijn|ik dood
[stays away]
en stopped coming|hasnt come|hasnt turned up|not coming|doesnt come|no longer comes|didnt come|didnt turn up|not been
  |has not come|isnt coming
es ya no viene|no viene|no ha venido|dejo de venir|ha dejado de venir
de kommt nicht mehr|kommt nicht|kam nicht|ist nicht gekommen|bleibt weg
fr ne vient plus|n est pas venue|n est pas venu|ne vient pas
pt deixou de vir|nao veio|nao vem|ja nao vem
it non viene piu|non e venuta|non e venuto|non viene
nl komt niet meer|komt niet|kwam niet|is niet gekomen
[uses]
en using|used|uses|been using|spending|spent|filling his boots|helping himself|shopping with
es usa|usando|uso|usado|gasta|gastando|vaciando|compra con
de benutzt|nutzt|verwendet|bedient sich|kauft mit|gibt aus
fr utilise|se sert|depense|achete avec
pt usa|usando|a usar|usou|gasta|compra com
it usa|usando|usato|sta usando|spende|compra con
nl gebruikt|koopt met|geeft uit
[strange login]
en device|login|log in|sign in|session|phone number|recovery email + that isnt mine|thats not mine|isnt mine|i dont know
  |i dont recogni*|not mine|logged in that|i never added
es dispositivo|sesion|acceso + que no es mio|que no es mia|que no conozco|que no reconozco|desconocid*
  ; numero que no es mio
de gerat|anmeldung|sitzung|nummer + das nicht mir|die nicht meine|das ich nicht|die ich nicht|nicht von mir
fr appareil|connexion|session + que je ne connais|qui n est pas|inconnu*|pas a moi; numero pas a moi
pt dispositivo|sessao|acesso + que nao e meu|que nao e minha|que nao conheco|que nao reconheco|desconhecid*
  ; numero que nao e meu
it dispositivo|accesso|sessione + che non e mio|che non e mia|che non conosco|che non riconosco|sconosciut*
  ; numero che non e mio
nl apparaat|login|sessie + dat niet van mij|die niet van mij|dat ik niet|die ik niet|onbekend*; nummer dat niet van mij
[spying]
en reads|reading|checks|checking|goes through|going through|looks through|monitors|watches|has access|sees|spies
  |opens|still logged in|searches|takes
es lee|leyendo|revisa|mira|controla|vigila|espia|ve todo|tiene acceso|registra|quita
de liest|mitliest|kontrolliert|durchsucht|uberwacht|schnuffelt|sieht alles|hat zugriff|geht an|wuhlt|nimmt
fr lit|fouille|controle|surveille|espionne|regarde|voit tout|a acces
pt le|ve|revista|controla|vigia|espia|mexe|tem acesso|vasculha
it legge|controlla|spia|guarda|vede tutto|ha accesso|fruga
nl leest|controleert|doorzoekt|bespioneert|kijkt in|ziet alles|heeft toegang|snuffelt
[taking]
en keeps|keeping|wont give|doesnt give|never gives|controls|checks|hides|confiscat*|locked away|took away|taken away
  |took all|taken all|takes all
es quito|quitado|quita|se queda|se quedo|no me da|no me deja|controla|esconde
de abgenommen|weggenommen|nimmt|behalt|gibt mir|kontrolliert|versteckt|einbehalten
fr a pris|prend|garde|confisque*|controle|ne me donne|cache
pt tirou|tira|ficou com|fica com|nao me da|controla|escondeu
it ha preso|prende|tiene|trattiene|non mi da|controlla|nasconde
nl afgepakt|afgenomen|pakt|houdt|geeft me|controleert|verstopt
[as me]
en in my name|under my name|pretending to be me|posing as me
es haciendose pasar por mi|se hace pasar por mi|en mi nombre|a mi nombre
de in meinem namen|auf meinen namen|unter meinem namen|gibt sich als mich aus|gibt sich fur mich aus
fr a ma place|a mon nom|se fait passer pour moi|en mon nom
pt se passa por mim|fazendo se passar por mim|no meu nome|em meu nome
it al posto mio|si spaccia per me|spacciandosi per me|a mio nome|a nome mio
nl doet zich voor als mij|op mijn naam|uit mijn naam
[impersonating]
en logs in as me|logged in as me|logging in as me|logs on as me|ordering as me|ordered as me|orders as me|buying as me
  |messaging as me|shopping as me|as if they were me|as if she was me|as if he was me|pretending to be me|posing as me
es como si fuera yo|haciendose pasar por mi|se hace pasar por mi
de sich als ich ein|sich als ich an|bestellt als ich|gibt sich als mich aus|gibt sich fur mich aus|als ware er ich
fr connecte a ma place|commande a ma place|se fait passer pour moi|comme si c etait moi
pt como se fosse eu|se passa por mim|fazendo se passar por mim|faz se passar por mim
it come se fossi io|si spaccia per me|spacciandosi per me
nl in als mij|bestelt als mij|alsof hij mij|alsof ze mij|alsof zij mij|doet zich voor als mij
[spied on]
en reads my messages|reads my emails|reads my texts|goes through my phone|going through my phone|controls everything
  |controls my|controls what i|watches what i|tracks my phone|tracks me|he controls me|controlling me|sees everything i
  |into my account every|knows my password and
es me lee los mensajes|lee mis mensajes|lee mis correos|me revisa el movil|revisa mi movil|mira mi movil
  |me mira el movil
  |me controla|me controlan|me vigila|me espia|entra en mi cuenta|ve todo lo que hago|ve todo lo que compro
de liest meine nachrichten|liest alles mit|liest meine mails|kontrolliert mich|kontrolliert mein|uberwacht mich
  |ortet mich|sieht alles was ich
fr lit mes messages|lit mes mails|me surveille|me controle|fouille mon telephone|voit tout ce que
pt le as minhas mensagens|le os meus emails|me controla|controla me|me vigia|vigia me|mexe no meu telemovel
  |mexe no meu celular|entra na minha conta|ve tudo o que eu|ve tudo o que compro
it legge i miei messaggi|legge le mie|mi controlla|mi sorveglia|mi spia|entra nel mio account|fruga nel mio
  |vede tutto quello che
nl leest mijn berichten|leest mijn mails|leest alles mee|controleert me|controleert mij|controleert alles
  |ziet alles wat ik
[acting]
en order*|buy*|bought|shop*|logs|logged|logging|sign*|message*|texting|borrow*|open*|chat*
es pide|pedido|pidiendo|compra*|comprando|entra|entrado|escribe|contrat*|abri*
de bestellt|bestellen|kauft|gekauft|loggt|eingeloggt|schreibt|eroffnet|abgeschlossen|aufgenommen|meldet
fr commande*|achete*|se connecte|connecte|ecrit|ouvert|souscrit
pt pede|pediu|compra*|encomend*|entra|entrou|escreve|abriu
it ordina*|compra*|entra|entrat*|accede|scrive|aperto
nl bestel*|koopt|gekocht|logt|ingelogd|schrijft|geopend|afgesloten
[other]
en someone|somebody|flatmate|housemate|roommate|ex|stranger|kid|carer
es alguien|companero|companera|mi ex|exmarido|desconocid*|vecino|cuidadora
de jemand|mitbewohner|mitbewohnerin|ex|fremde*|unbekannte*|nachbar|pflegerin
fr quelqu un|coloc|colocataire|mon ex|inconnu*|voisin|aide menagere
pt alguem|colega de casa|meu ex|desconhecid*|vizinho|empregada
it qualcuno|coinquilino|coinquilina|mio ex|sconosciut*|vicino|badante
nl iemand|huisgenoot|mijn ex|vreemde*|onbekende*|buurman|schoonmaakster
[molesting]
en touched me|touched my|hand on my|hands on me|grabbed me|grabbed my|followed me|followed my|filmed me|watched me
  |exposed himself|pushed me|spat at|hit me|kissed me|asked my daughter|messages my daughter|messaging my daughter
  |asking my daughter|her snapchat|her instagram|inside my house|came at me|groped
es me toco|me ha tocado|me agarro|me siguio|me persiguio|me grabo|me empujo|me escupio|me beso|escribe a mi hija
  |escribe a mi hijo|mano en la|se metio en mi casa|me manoseo
de angefasst|angegrapscht|begrapscht|mich verfolgt|mir nachgelaufen|mich gefilmt|mich gestossen|mich geschubst
  |angespuckt|gekusst
  |schreibt meiner tochter|in die umkleide|hand auf mein*
fr m a touche|m a touchee|m a suivi|m a suivie|m a filmee|m a filme|m a pousse|m a poussee|m a crache|ecrit a ma fille
  |main sur ma|est entre chez moi|m a attrapee
pt me tocou|tocou me|seguiu me|me seguiu|filmou me|me filmou|empurrou|cuspiu|escreve a minha filha
  |mao na minha|entrou em minha casa|apalpou
it mi ha toccat*|mi ha seguit*|mi ha filmat*|mi ha spint*|mi ha sputat*|scrive a mia figlia
  |mano sul|mano sulla|e entrato in casa|palpat*
nl aangeraakt|betast|vastgepakt|mij gevolgd|me gevolgd|achterna|gefilmd|geduwd|gespuugd|gekust|schrijft mijn dochter
  |appt mijn dochter
  |hand op mijn|naar binnen gedrongen
[secretly]
en without her noticing|without him noticing|without her knowing|without him knowing|without them knowing
  |without anyone knowing|so she doesnt know|so he doesnt know|behind her back|secretly|see who she|see who he
  |who she talks|who hes talking|who shes talking|where she goes|where he goes|in her car|in his car|on her phone
es sin que se entere|sin que ella|sin que el lo|sin que lo sepa|a escondidas|con quien habla|donde va|en su coche
  |en su movil
de ohne dass sie|ohne dass er|ohne dass es jemand|heimlich|unbemerkt|mit wem sie|mit wem er|wo sie hingeht
  |unter ihr auto|in ihr auto|auf ihrem handy
fr sans qu elle|sans qu il|en cachette|a son insu|avec qui elle|avec qui il|dans sa voiture|sur son telephone
pt sem que ela|sem que ele|sem ela saber|sem ele saber|as escondidas|com quem ela|com quem ele|no carro dela
it senza che lei|senza che lui|di nascosto|a sua insaputa|con chi parla|nella sua auto|nella sua macchina
  |sul suo telefono
nl zonder dat ze|zonder dat zij|zonder dat hij|stiekem|met wie ze|met wie hij|in haar auto|in zijn auto
  |op haar telefoon
[much]
en how many|several|lots of|as many|as much|strongest|maximum|limit|bulk|dose|packs|boxes|at once
es cuant*|varias|varios|muchas|maxim*|limite|mas fuerte|de golpe|cajas
de wie viele|wieviele|mehrere|viele|starkste*|maximal|hochstmenge|auf einmal|packungen
fr combien|plusieurs|beaucoup|maximum|plus fort|d un coup|boites
pt quant*|varias|varios|muitos|muitas|maximo|mais forte|de uma vez|caixas
it quant*|diverse|tanti|tante|massimo|piu forte|in una volta|scatole
nl hoeveel|meerdere|veel|maximaal|sterkste|tegelijk|in een keer|doosjes
[watching]
en camera|tracker|track|gps|airtag|microphone|spy*|locator|password|record*|film*|bug
es camara|localizador|rastre*|gps|airtag|microfono|espi*|clave|contrasena|grab*
de kamera|tracker|gps|peilsender|airtag|mikrofon|wanze|orten|passwort|aufnehm*|film*
fr camera|traceur|gps|balise|airtag|micro|espion*|mot de passe|film*|enregistr*
pt camara|camera|localizador|rastre*|gps|airtag|microfone|senha|grav*|film*
it telecamera|localizzatore|tracker|gps|airtag|microfono|spi*|password|registr*
nl camera|tracker|gps|airtag|microfoon|afluister*|wachtwoord|opnemen|film*
"""
