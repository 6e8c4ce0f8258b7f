"""Italian signs that a person must read a message."""

IT = """
[danger]
odore|puzza|puzzo & uov*|marc*|zolfo
odore|puzza|sento|fuga|perdita|sente & gas|metano|bruciato
monossido
incendio*|in fiamme|fiamme|a fuoco|fuoco|preso fuoco|va a fuoco|pompieri|vigili del fuoco|sta bruciando|bruciando
bruciato & casa|cucina|presa|cavo|mano
fumo & esce|batteria|caricatore|presa|cucina|casa|nero|pieno|piena|uscire
scintill*|cortocircuito|corto circuito
esplo*|scoppiat*|gonfia|fusa|sciolto & batteria|telefono|caricatore|bottiglia|forno|monopattino
esplosione|esplosa|esploso
scossa|folgorat*|fulminat*|fili scoperti|cavi scoperti|filo scoperto
sanguin*|sangue|svenut*|incosciente|privo di sensi|priva di sensi|non respira
respirare & non|fatica|riesc*
soffoc*|convulsion*|ictus|infarto|attacco di cuore|dolore al petto|overdose|avvelen*|intossica*|ambulanza
  |chiamo il 118|chiamato il 118|ospedale|pronto soccorso|rianimazione
ferit*|tagliat*|ustion*|scottat*|bruciat*|rott* & mano|dito|dita|braccio|gamba|viso|faccia|figlio|figlia|bambin*
  |anca|femore|profond*
ferito|ferita|feriti|ustione|ustioni|ustionat*|punti di sutura
cadut* & scale|alzar*|terra|mamma|nonna|madre
reazione allergica|allergic* & reazione|mangiat*|gonfi*|contiene|arachidi|noci|etichetta|figlio|figlia
anafila*|gonfi* & viso|labbra|gola|lingua|occhi|faccia
vomit* & mangiat*|dopo|da|figlio|figlia|bambin*
insulina|ossigeno|inalatore|dialisi|respiratore|ventilatore polmonare|pacemaker|chemio*|epipen|aerosol
  |defibrillatore
farmac*|medicin*|medicinal*|compresse|pastiglie|ricetta|terapia & non arriv*|non sono arriv*|non e arriv*|manca*
  |senza|ritard*|finit*|ultim*|pers*|urgen*|bisogno
bambin*|neonat*|figlio|figlia|nipote|nonna|nonno & ingoiat*|ingerit*|intrappolat*|chius*|pericolo|febbre|sol*
  |scompars*|bevuto|inghiottit*
cane|gatto|gatta|cucciolo|animale|cavallo & ingoiat*|intrappolat*|chius*|mangiato|malato|morendo|solo|avvelenat*
  |inghiottit*
ingoiat*|inghiottit*|ingerit* & pila|batteria|magnet*|moneta|pastiglia|pezzo|candeggina|detersivo
bloccat*|intrappolat*|chius* & ascensore|dentro|auto|bagno|uscire
pericolo|pericolos*|vita o di morte|vita o morte|rischia di morire|poteva morire|quasi mort*|sta morendo
  |rischio la vita|in fin di vita
allag*|acqua & soffitto|prese
[self_harm]
dopo stanotte|dopo stasera|dopo oggi & serv*|niente|nessuno|bisogno
suicid*|uccidermi|ammazzarmi|mi ammazzo|mi uccido|togliermi la vita|farmi del male|farmi male|farla finita
  |tagliarmi|autolesion*|impiccarmi|mettere fine alla mia vita|porre fine alla mia vita|finirla
voglio|vorrei|meglio|preferirei|voglia di & morire|morto|morta|sparire|non svegliarmi|non esserci piu
non & voglio|senso|ragione|motivo|vale|voglia|riesco & vivere|vita|andare avanti|svegliarmi|esistere
stanco di vivere|stanca di vivere|motivo per vivere|ragione per vivere|meglio senza di me
senza di me & meglio|tutti
buttarmi|lanciarmi|gettarmi & ponte|finestra|treno|balcone|sotto
tutte le pastiglie|tutte le pillole|lettera d addio|dire addio a tutti
non ce la faccio piu & vivere|vita|tutto
[legal]
avvocat*|tribunale
causa & faccio|fare|faro|legale
vie legali|azione legale|azioni legali|denuncia*|denunciare|querela*|giudice|ufficiale giudiziario|pignoram*
  |diffida|decreto ingiuntivo|citazione
[regulator]
garante|agcom|arera|antitrust|federconsumatori|altroconsumo|codacons|associazione consumatori
autorita & garanzia|regolazione|vigilanza
[fraud]
frod*|truff*|phishing|furto di identita|furto d identita
identita & rubat*|usa*
hacker*|hackerat*
violat* & account|profilo|conto|dati
qualcuno|altra persona|sconosciut*|estrane*|terzi|terze|il mio ex|hanno|stanno & usa*|utilizz*|entrat*|acced*
  |accesso|compra|comprat*|ordina|ordinat*|cambiat*|aperto|speso|dentro & mio conto|mia carta|mio nome|conto|carta
  |account|profilo
  |dati
a mio nome & conto|contratto|prestito|aperto|linea|qualcuno
non|mai & fatto|autorizzat*|riconosco|effettuat*|ordinat*|sono stat*|richiest*|stipulat* & pagament*|addebit*
  |acquist*|transazion*|bonific*|prelie*|contratto|prestito
soldi|risparmi|saldo|conto & spariti|sparito|rubat*|svuotat*|prosciugat*
dato|inserito|cliccato|fornito & codice|password|pin|link|dati & chiamat*|sms|messaggio|falso|finto|banca|strano
[crime]
polizia|carabinieri|rubat*|furto|ladr*|rapina*|rapinat*|scipp*|borseggi*|svaligiat*
ricatt*|estors*|minacc*|stalk*|molest*|aggredit*|aggression*|rapit*|mi segue|mi perseguita|falsific*|contraffa*
[vulnerable]
mi controlla|mi legge|mi spia|mi guarda & telefono|cellulare|messaggi
mort*|decedut*|decesso|perso|funerale|scompars*|mancat* & marito|moglie|madre|padre|figlio|figlia|fratello|sorella
  |nonn*|titolare|mamma|papa|bambino|compagno
decedut*|decesso|funeral*|vedov*|lutto|successione|aborto spontaneo|defunt*
violenza|violento|mi picchia|mi ha picchiat*|picchia*|maltratt*|centro antiviolenza|casa rifugio|ordine restrittivo
  |divieto di avvicinamento
ex|marito|compagno|fidanzato|padre & trov*|sappia|sapere|scopr*|minacci*|paura|segue|picchi*|violento|controlla
paura & mia vita|di lui|marito|ex|casa|incolumita
non|senza|riesco|riusciamo|posso|abbiamo & soldi|pagare|comprare|permett* & mangiare|cibo|riscaldamento|affitto
  |luce|figli|spesa|pannolini|latte
scegliere & mangiare|riscald*
disoccupat*|perso il lavoro|perso il posto|licenziat*|sfratt*|senzatetto|senza tetto|in mezzo alla strada|caritas
  |banco alimentare|fame|sovraindebit*
debiti & paura|sommers*|aiuto|non|pagare
stacca*|tagli*|sospe* & luce|gas|acqua|corrente|riscaldamento & bambin*|neonat*|anzian*|malat*|pagare|incinta
senza riscaldamento|riscaldamento & bambin*|neonat*|freddo|anzian*|malat*
cancro|tumore|terminale|cure palliative|demenza|alzheimer|disabil*|invalidita|invalida civile|sedia a rotelle
  |carrozzina|sordo|sorda|sordi|cieco|cieca|depress*|attacco di panico|attacchi di panico|moribond*|allettat*
[delicate]
mai piu
questura|carabinieri|ambasciata|consolato|sindacat*|notaio|assistente sociale|prefettura
catetere|cateteri|sonda|sondino|cannula|stomia|dialisi|inalatore|insulina|strisce reattive|protesi|deambulatore
  |siringa|siringhe|chemio*|ictus|ossigeno|fiala|fiale|vaccin*
quando mi troveranno|se ci arrivo|se sono ancora qui
fiammata|fiamma|scintill*|cuore & asciugacapelli|phon|presa|esce|uscita|fatto|batte|forte
giudice|tribunale|avvocat*|carcere|prigione|ufficiale giudiziario|pignorament*
dormitorio|per strada|in macchina|sfratt* & indirizzo|viviamo|dormiamo|ora
sanguin*|pastiglie|ingoiato|bevuto|cuore|bruciat*|sciolt*|scintill*|fiamm*|scossa|gira la testa
urna|ceneri|funerale|sepolt*|non ci saro|stanco di|stanca di|un peso
codice & dato|signore|banca|telefono
mangiamo|mangiare & solo|riso|pane|giorni
mi segue|mi seguono
mio marito|mia moglie|mio figlio|mia figlia|i miei figli|mio bambino|mia madre|mio padre|mio fratello|mia sorella
  |mia nonna|mio nonno|il mio cane|il mio gatto|il mio ex|sangue|ferita|paura|malat*|medico|emergenza|incidente|fuoco
  |fumo|coltello|morto|morta|morti|morte|mortal*|morire|vivere|sconosciut*|sono sola|da sola in|incinta|diabet*|allergi*
[harmless]
assicurazione|polizza|copertura + incendio|incendi|contro gli incendi
qualcuno puo|qualcuno mi puo|qualcuno mi|qualcuno + aiutarmi|aiutare|aiuta|dirmi|dire|spiegarmi|sa
link della mail|link della vostra mail|link nell email|link di conferma|link per reimpostare|codice della mail
  |grigio fumo|muoio dalla voglia
bolletta del gas|contratto gas|contatore del gas|fire tv|fire stick|morto dal ridere|morta dal ridere
  |fuochi d artificio|acqua gassata|codice invalido|password invalida|pressione sanguigna
codice non valido|morto di sonno
"""
