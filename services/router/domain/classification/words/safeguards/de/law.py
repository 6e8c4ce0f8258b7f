"""German signs of law and crime: lawyers, regulators, fraud, what the police are called for."""

LAW = """
[legal]
anwalt*|anwaltin*|rechtsanwalt*|rechtsbeistand|rechtliche schritte|juristisch*|vor gericht|gericht|gerichtlich*
  |verklag*|klage|klage einreichen
anzeige & erstatt*|polizei|gegen|stelle
mahnbescheid|gerichtsvollzieher|pfandung|inkasso|strafanzeige|rechtsschutz*|vorladung|staatsanwalt*
[regulator]
ombudsm*|bafin|aufsichtsbehorde|verbraucherschutz*|verbraucherzentrale|bundesnetzagentur|datenschutzbehorde
  |schlichtungsstelle
[fraud]
ausweis|reisepass|personalausweis|identitat & konto|kredit|vertrag|eroffnet
lastschrift|abbuchung|zahlung & nicht erlaubt|nie erlaubt|nicht zugestimmt|nie zugestimmt
bestellt|kauft|zahlt & mit meiner karte|meiner karte|meinem konto
sparkonto|konto & leer|leergeraumt
betruger*|betrugs*|hochstapler|uberlistet|ausgetrickst
fremden|unbekannten & kennwort|passwort|pin|code*|daten
jemand & identitat|konto & kredit|ubernehmen|ubernommen|versucht
mail|nachricht|sms & echt|betrug|verdachtig* & kartendaten|daten|link|ihnen
nicht aufgegeben|nicht bestellt & bestellung*|bestatigung*
karte & benutzt|belastet & ich bin|zu hause|ausland|brasilien|nie war
betrug|betruger*|betrogen|phishing|identitatsdiebstahl
identitat & gestohlen|benutz*|missbrauch*|geklaut
gehackt|hacker*|nicht autorisierte abbuchung*|nicht autorisierte zahlung*|unbefugt*|missbrauch*|abgezockt
  |reingelegt|hereingefallen|fake shop|fakeshop
jemand|fremde*|unbekannt*|anderer|andere person|jemand anderes|dritte*|mein ex & benutz*|verwend*|eingeloggt
  |angemeldet|zugriff|bestellt|gekauft|geandert|ist in|drin|nutzt|genutzt|ausgegeben & konto|karte|account|namen
  |daten|profil|kundenkonto
auf meinen namen|in meinem namen|unter meinem namen & vertrag|konto|kredit|jemand|abgeschlossen
nicht von mir|nicht ich|nie|habe nicht|nicht|niemals & gemacht|getatigt|bestellt habe|nie bestellt
  |selbst autorisiert|unterschrieben|erkenne|kenne|veranlasst & zahlung*|abbuchung*|buchung*|bestellung*|uberweisung*
  |vertrag|kauf|konto|karte|kredit
nicht von mir & abbuchung*|buchung*|zahlung*|bestellung*|uberweisung*|login|anmeldung
unbekannte abbuchung*|fremde abbuchung*|unberechtigt* abbuch*
ohne meine zustimmung & abgebucht|vertrag|konto|geld
geld|erspartes|guthaben|konto & weg|verschwunden|leergeraumt|abgeraumt|geplundert|leer
pin|tan|passwort|code|link|daten & weitergegeben|eingegeben|angeklickt|gegeben|geklickt & anruf*|sms|mail|komisch*
  |jemand|bank
[crime]
entrissen|angegriffen|droht|drohte|gedroht|verprugelt|zusammengeschlagen
polizei|gestohlen*|geklaut|klaut|diebstahl|dieb|diebe|raub*|uberfall|uberfallen|uberfiel|einbruch*|einbrecher*
  |eingebrochen|ausgeraubt|taschendieb*
erpress*|droht mir|bedroh*|drohung*|gestalkt|stalk*|belastig*|entfuhr*|nachgestellt|verfolgt mich|gefalscht*
  |korperverletzung
"""
