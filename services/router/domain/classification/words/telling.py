"""Words that tell a language, for texts of a few words: what customers write in one and hardly in the others."""

from services.router.domain.classification.words.lexicon import words

__all__ = ["TELLING"]

TELLING = {
    "en": frozenset(
        words(
            "about account add address after afternoon again agent ago all already and another any anything "
            "appointment are arrived as at away back bag be because been before being best bill bills book booked "
            "booking both bought branch broke broken but buy by bye call came can cancel car card cards cash "
            "change changed charge charged check cheers close closed closing come company complaint contract "
            "could credit customer data daughter day days dear delete delivered delivery details did didn died "
            "different direct discount do does doesn don done door driver else end evening every everything "
            "exchange faulty fee find first five flat for forgot forgotten four from gave get gift give go going "
            "gone good got guarantee had has hasn have haven hello help here hey hi his home hour hours house how "
            "human husband if instead insurance into invoice invoices is isn it item its just keep kindly know "
            "last late later leave left let letter like ll locked log long longer lost machine made make many may "
            "membership mine missing mistake monday money month monthly months more morning mother move moved "
            "much must my need never new next night nobody not note nothing now number of off offer office old on "
            "one only open opened opening or order ordered orders other our out over package page paid parcel "
            "passed password payment payments people phone place please pls plz possible price product profile "
            "promised purchase put rather re receipt received refund remove renew renewal report return right "
            "room said same saturday says second see send sent set she shop should shows sign since site six size "
            "slot somebody someone something sorry speak staff still stolen stop store street subscription swap "
            "switch ta take taken talk tell ten th than thank thanks that the them then there they thing think "
            "this three through time times to today told tomorrow too took track tracking twice two until up used "
            "user very voucher want warranty wasn way we website week weeks well went were what when where which "
            "who whole why wife with within without won work working would wrong year years yes yesterday yet you "
            "your "
        )
    ),
    "es": frozenset(
        words(
            "funciona "
            "abierto abono abren acabo acceso adios agente agua ahora al algo alguien almacen alquiler ano anos "
            "antes aparece aplicacion aqui articulo asi atencion aun aviso ayer ayuda baja banco bien bloqueada "
            "bloqueo buenas buenos cada caja calle cambiado cambiar cambio cancelar cargo casa cerrado cierran "
            "cinco cita clave cliente cobrado cobraron cobro coche codigo comida como compra comprar compre con "
            "contrasena contrato copia correo credito creo cual cuando cuanto cuatro cuenta cuota dar datos de "
            "deja dejar deje del dentro descuento desde despues devolucion devoluciones devolver dia dias dice "
            "diez dinero direccion domicilio donde dos el empresa en encuentro enlace entrar entrega entro envio "
            "era escribo ese eso esperando esta estaba estado estamos estan este esto estoy factura facturas "
            "fallecio falta favor fecha fue fuera funciona garantia gimnasio gracias gustaria ha habeis habia "
            "hablar hace hacer hago han hasta hay hecho hice hija hijo hola hora horario horas hoy humano igual "
            "importe ir jueves la las lavadora le les linea llamadas llamar llega llegado llegar llego lleva "
            "llevo lo los lugar lunes luz madre manana marido martes marzo mas mayo mejor menos mes mesa meses mi "
            "mia minutos mio misma mismo movil muerto murio muy nada nadie necesito nevera ni noche noches nombre "
            "nos nueva nuevo numero nunca oficina olvidada olvide orden otra otro padre pagar pagina pago pagos "
            "pague pantalla paquete para partir pasa pasado pasar paso pasos pedi pedido perdi perdida perdido "
            "perfil pero persona pide piso podeis pone poner pongo por porque precio prefiero primera producto "
            "puede pueden puedo puerta puse que queda quedo queja queria quien quiero quisiera recibido recibo "
            "recibos reclamacion recoger reembolso regalo renovar repartidor robada robado rota roto sabado saber "
            "saldo salio saludos se seguir segun seguro seis semana semanas ser servicio sesion si sigo sigue "
            "siguen sin solicito solo soy su sus suscripcion talla tarda tarde tardes tarifa tarjeta tarjetas "
            "tecnico telefono teneis tengo tenia tiempo tienda tiene tienen todavia todo todos trabajo tres un "
            "una uno urgente uso ustedes usuario va vale veces venia veo ver verdad vez viaje viene viernes vino "
            "vivo voy vuestro ya yo "
        )
    ),
    "de": frozenset(
        words(
            "ab abend vielen aber abgebucht abgelaufen abgelehnt abo adresse alle alles als alte andere anderen "
            "anderes andern angeblich angekommen anmeldung anschrift artikel auch auf auftrag aus beenden bei beim "
            "bekomme bekommen berechnet beschwerde bestellt bestellung betrag bezahlen bezahlt bin bis bitte "
            "bleibt brauche brauchen dabei damit danke dann darf das dass daten dauert dem den der des die "
            "dienstag diese doppelt drei drin dringend durch ein eine einem einen einer einkauf einmal er "
            "erhalten erst essen etwas euch fahrer falsch falsche fehler fehlt filiale frau freitag fruh funf "
            "funktioniert fur furs ganzen geben gegen gehe gehen geht gekauft geklaut geld geliefert gemacht "
            "genommen gerade gerat gern gesperrt gestern gestohlen gestorben gibt gilt gleiche grosse gruss guten "
            "gutschein hab habe haben habt hallo handy hat hatte hause heisst heute hier hilfe ich ihn ihnen ihr "
            "ihre ihren ihrer im immer ins isch ist ja jahr jemand jetzt kam kann kaputt karte karten karton kauf "
            "kein keine keinen keiner kennwort komme kommen kommt konnen konto kostet kreditkarte kuhlschrank "
            "kunde kundigen kundigung laden lange lasst lauft laut letzte lieber liefern lieferung liegen liegt "
            "loschen machen mahnung mai mailadresse mann mehr mein meine meinem meinen meiner meines melden "
            "mensch mich minuten mir mit mitarbeiter mochte moglich moin monat monate montag morgen muss mutter "
            "nach nachste namen nehmen nein neu neue neuen neues nicht nichts nie niemand noch nochmal nummer nur "
            "obwohl oder offen offnungszeiten ohne paket passt passwort preis profil raten raus rechnung "
            "rechnungen rein retoure sagen sagt schicken schliessen schon sechs sehe sehen sehr sein seit seite "
            "sendung sendungsverfolgung servus sich sie sind sohn soll sollte sonst sperren sprechen statt stehen "
            "steht stimmt stornieren storno strom tag tage tagen termin tochter tot trotzdem tschuss tun tur uber "
            "uhr und uns unterwegs vergessen verlangern verlangerung verloren versand verstorben verstorbenen "
            "vertrag viel vier vom von vor wann war ware waren warte warum weg wegen weil weiss weiter welche "
            "welcher wenn wer werde werden wie wieder wir wird wo woche wochen wohin wohne wohnung wollte wurde "
            "wurden zahle zahlen zahlung zehn zu zugang zugestellt zum zur zuruck zuruckgeben zurucksetzen zwei "
            "zweimal "
        )
    ),
    "fr": frozenset(
        words(
            "mauvais mauvaise taille "
            "abonnement adresse ai aide annuler argent au aujourd aux avec avez besoin bientot bonjour bonsoir "
            "carte cet cette changer chez colis combien commande commander comment compte conseiller dans demain "
            "des du elle encore est facture femme ferme hier horaires hui il je le les livraison ma magasin mari "
            "merci mere mes mon mort mot non nous ou oublie oui ouvert ouvrez paiement panne parler pas passe "
            "payer perdu perdue pere peux plus pour pourquoi probleme quand quel quelle quelqu recu remboursement "
            "rembourser rendez resilier retour rien salut sans sont suis sur toujours tu un une veux vole volee "
            "vos votre voudrais vous "
        )
    ),
    "pt": frozenset(
        words(
            "tamanho errado errada custa funciona reembolso "
            "aberto abrem ainda ajuda alguem alterar amanha assinatura ate atendente avaria boa bom cancelar "
            "cartao com como conta contrato da das devolucao devolver dia dinheiro do dos em encomenda endereco "
            "entrega esqueci esta estou eu falar faleceu fatura fecham hoje horario loja mae mais marido meu meus "
            "minha minhas morada mudar muito na nada nao noite nunca obrigada obrigado oi ola onde ontem "
            "pagamento pagar pai para pedido pela pelo perdi pessoa pode porque posso preciso problema qual "
            "quando quanto queria quero recebi reembolso roubada roubado sao sem senha seu sim sua tarde tem "
            "tenho um uma voce voces "
        )
    ),
    "it": frozenset(
        words(
            "taglia sbagliata sbagliato nuova nuovo funziona "
            "abbonamento aiuto ancora annullare aperto aprite avete bisogno buonasera buongiorno cambiare carta "
            "che chiudete ciao come con consegna conto contratto dei della delle di dimenticata dimenticato "
            "disdire domani dove fattura gli grazie guasto ha hai ho ieri il indirizzo io lei lo madre mai marito "
            "mia mie miei mio moglie molto morto negozio nel nella niente noi non oggi operatore orari ordine "
            "pacco padre pagamento pagare parlare parola per perche persa perso persona piu posso problema puo "
            "qualcuno quale quando quanto reso restituire ricevuto rimborso rubata rubato salve senza si siete "
            "soldi sono spedizione suo tu una uno voglio vorrei vostro "
        )
    ),
    "nl": frozenset(
        words(
            "verkeerde verkeerd maat terug "
            "abonnement adres annuleren bedankt ben bent bestelling betalen betaling bezorging contract dag dank "
            "de een factuur geen geld gestolen gisteren goedemiddag goedemorgen goedenavond hallo heb hebt heeft "
            "het hoe hoeveel hoi hulp iemand ik is ja je jij jullie kaart kan kwijt levering maar mag man "
            "medewerker mens met mijn moeder morgen naar nee niet niets nodig nog nooit ontvangen ook open "
            "openingstijden opzeggen overleden pakje pakket probleem rekening retour spreken storing "
            "terugbetaling terugsturen uw vader van vandaag vergeten verloren voor vrouw waar waarom wachtwoord "
            "wanneer welke wij wijzigen wil winkel zijn zonder "
        )
    ),
}
"""By language, folded. A word that two served languages share tells neither."""
