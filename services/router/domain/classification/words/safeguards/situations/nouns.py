"""Words that routine matters hardly hold, in seven languages (law, sickness, death, need): doubts by themselves."""

NOUNS = """
[grave words]
en block another user|block a user|block someone|block him|block her|block my ex|detective*|sergeant|constable
  |magistrate|prosecutor|says im dead|i am dead|recorded as dead|evidence
  |homeless shelter|night shelter|legal aid|restraining|summons
  |subpoena*|writ|affidavit*|witness statement
  |divorc*|custody|alimony|separation agreement|guardianship|guardian|probation|parole|bail hearing|prison*|inmate*
  |cellmate|sentenced|convict*|arrest*|detained|charged with|crime scene|forensic*|investigator*|loss adjuster
  |fire service|inspector|whistleblow*|discriminat*|racis*|racial*|homophob*|transphob*|slur|slurs|sexist|sexual*
  |rape*|groomed by|grooming my|grooming her|grooming him|grooming kids|traffick*|smuggl*|explosive*|ammunition|dealer
  |cocaine|heroin|overdose*|rehab|detox|sober|alcoholic|methadone|withdrawal symptoms|diagnosed|diagnosis|tumour*
  |tumor*|cancer*|stroke|dementia|alzheimer*|parkinson*|seizure*|epilep*|paraly*|amputat*|wheelchair*|hospice*
  |palliative|terminal illness|life support|intensive care|icu|a and e|a e|ward|paramedic*|surgeon*|chemo*
  |radiotherap*|transplant*|dialysis|miscarr*|stillb*|premature|neonatal|incubator|sedated|coma|sectioned|psych*
  |self harm*|anorexi*|bulimi*|panic attack*|ptsd|trauma*|carer|carers|caregiver|bedridden|bedbound|incontinen*
  |catheter*|colostomy|stoma|funeral*|cremat*|ashes|coffin*|burial|graveyard|cemetery|condolence*|bereave*|widow*
  |orphan*|deceased|late husband|late wife|probate|executor*|inheritance|homeless*|refuge|refugee*|asylum|deport*
  |eviction*|foodbank|food bank|bankrupt*|insolven*|debt collector*|loan shark*|redundan*|universal credit
  |benefits stopped|smashed my|smashed me|bruise*|black eye|strangl*|punch*|slapped|kicked me|beaten|beats|stab*
  |shot at|hostage|abduct*|missing person|missing since|women s place|women s house|streaming eyes|fumes|asbestos
  |radon|carbon monoxide|recalled|recall notice|stitches|fractur*|concussion|unconscious|unresponsive|not breathing
  |convuls*|vomit*|dribbling|turned blue|went blue|gone grey|gone blue|hallucinat*|medicated|inhal*|nebuli*|insulin*
es bloqueo a otro|bloquear a otro|bloquear a alguien|bloquear a mi ex|comisario|comisaria|inspector|inspectora|fiscal
  |guardia urbana|pruebas para el juicio|como prueba|deportad*
  |enfermedad terminal|fase terminal|me dio golpes|citacion
  |declaracion jurada|divorci*|custodia|pension alimenticia|orden de alejamiento|libertad condicional|presidio|carcel
  |detencion|arrest*|condenad*|forense|perito|racis*|racial*|homofob*|discrimin*|insulto racista|sexual*|violac*
  |violad*|trata de|explosiv*|municion|cocaina|heroina|sobredosis|desintoxic*|alcoholic*|abstinencia|diagnosticad*
  |tumor*|cancer|ictus|demencia|alzheimer|parkinson|epilep*|paralitic*|paralis*|amput*|silla de ruedas|paliativ*
  |cuidados intensivos|uci|urgencias|paramedic*|cirujan*|quimio*|radioterap*|trasplant*|dialisis|aborto|prematur*
  |incubadora|sedad*|psiquiatr*|autoles*|anorexi*|bulimi*|ataque de panico|ansiedad|trauma|traumat*|cuidador*|encamad*
  |incontinen*|sonda|estoma|funeral*|inciner*|crematori*|cenizas|ataud*|entierro|cementerio|esquela|pesame|viud*
  |huerfan*|difunt*|herencia|albacea|sin techo|albergue|refugio|refugiad*|asilo|desahuci*|banco de alimentos|insolven*
  |cobrador*|moratones|ojo morado|estrangul*|punetazo*|bofetada*|patada*|pego|golpeo|apunal*|rehen|rapto|secuestr*
  |desaparecid*|casa de mujeres|lugar seguro|amianto|retirada del mercado|puntos de sutura|siete puntos|cinco puntos
  |puntos en la|fractur*|conmocion|inconsciente|convuls*|vomit*|babea*|azul y no|alucina*|insulina|me pego en la cara
  |estampo en la cara|toser
de anderen nutzer|jemanden blockieren|ihn blockieren|meinen ex blockieren|kommissar|kommissarin|kripo|kriminalpolizei
  |staatsanwaltschaft|ermittlerin|beweismittel|als beweis|beweis fur
  |vorladung|scheidung*|sorgerecht*|unterhalt fur|kontaktverbot|bewahrung*
  |haftling*|knast|gefangnis*|festnahme|festgenommen|verhaftet|verhaftung|verurteilt|tatort|gutachter*|ermittler*
  |brandermittler*|rassis*|auslanderfeind*|diskrimin*|homophob*|beschimpft|sexuell*|vergewalt*|sprengstoff|munition
  |kokain|heroin|uberdosis|entzug|entziehungskur|alkoholiker*|diagnose krebs|diagnostiziert|tumor*|krebs*
  |schlaganfall*|demenz*|dement*|alzheimer|parkinson|epilep*|gelahmt|querschnitt*|amput*|rollstuhl*|palliativ*|hospiz*
  |todkrank|intensivstation|notaufnahme|sanitater*|chirurg*|chemo*|bestrahlung*|transplant*|dialyse*|fehlgeburt*
  |totgeburt*|fruhchen|brutkasten|koma|psychiatri*|selbstverletz*|magersucht|bulimi*|panikattack*|trauma|traumat*
  |pflegerin|pfleger|pflegekraft|pflegedienst|bettlagerig|inkontinen*|katheter|stoma|beerdigung*|einascherung*
  |krematorium|asche|sarg|grab|friedhof|trauer*|beileid|witwe*|waise*|verstorben*|erbschaft|erbschein|obdachlos*
  |notunterkunft|frauenhaus|fluchtling*|asyl*|abschiebung|abgeschoben|zwangsraumung|privatinsolvenz|inkasso*
  |blaue flecken|blaues auge|gewurgt|ohrfeige*|getreten|geschlagen|ins gesicht|messerstech*|geisel|entfuhr*|vermisst
  |schutzwohnung|asbest|ruckrufaktion*|produktruckruf*|stichen|platzwunde|gehirnerschutterung|bewusstlos|krampf*
  |erbrech*|halluzin*|insulin*|tranen mir|tranen die|kaum luft|bestatt*|rauchgas*|verbrannt
fr bloquer quelqu un|bloquer mon ex|bloquer un autre|commissaire|inspecteur|procureur|comme preuve|convocation
  |assignation|divorc*|garde des enfants
  |pension alimentaire|ordonnance de protection
  |conditionnelle|prison*|detenu*|arreste*|interpell*|garde a vue|condamn*|expert incendie|enqueteur*|racis*|raciste*
  |discrimin*|homophob*|insulte raciste|sexuel*|viol|viole|violee|explosif*|munition*|cocaine|heroine|overdose
  |desintox*|alcoolique*|sevrage|diagnostique|diagnostiquee|m a frappe|me frappe|des bleus|tumeur*|cancer|avc|demence
  |alzheimer|parkinson|epilep*|paralys*|amput*|fauteuil roulant|palliatif*|reanimation|soins intensifs|urgences
  |secouristes|chirurg*|chimio*|radiotherap*|greffe|dialyse|fausse couche|prematur*|couveuse|coma|psychiatr*
  |automutil*|anorexi*|boulimi*|crise d angoisse|trauma|traumat*|aide soignant*|aide a domicile|grabataire|incontinen*
  |sonde|stomie|obseques|cremation|incineration|cendres|cercueil|cimetiere|condoleances|veuf|veuve|orphelin*|defunt*
  |heritage|sans abri|sdf|foyer d urgence|refugie*|asile|expulsion|surendettement|huissier*|oeil au beurre|etrangle*
  |gifle*|coups de pied|poignard*|otage|enlev*|disparu*|amiante|rappel produit|points de suture|fracture|commotion
  |inconscient*|convuls*|vomi*|hallucin*|insuline
pt bloquear alguem|bloquear outro|bloquear o meu ex|inspetor|delegado|procurador|como prova|intimacao|divorci*
  |guarda dos filhos|pensao de alimentos|medida protetiva
  |condicional|prisao|cadeia
  |detid*|detenc*|condenad*|perito|investigador*|racis*|racista*|discrimin*|homofob*|sexual*|violac*|violad*|estupr*
  |explosiv*|municao|cocaina|heroina|overdose|desintox*|alcoolic*|abstinencia|diagnosticad*|deportad*|na prisao
  |casa abrigo|tumor*|cancro|cancer|avc|demencia|alzheimer|parkinson|epilep*|paralis*|paralitic*|amput*
  |cadeira de rodas|paliativ*|cuidados intensivos|uti|urgencias|paramedic*|cirurgia*|quimio*|radioterap*|transplant*
  |dialise|aborto|prematur*|incubadora|psiquiatr*|anorexi*|ataque de panico|ansiedade|trauma|traumat*|cuidador*
  |acamad*|incontinen*|sonda|funeral*|cremac*|cinzas|caixao|enterro|campa|cemiterio|pesames|viuv*|orfa*|falecid*
  |heranca|sem abrigo|sem teto|refugiad*|asilo|despej*|insolven*|nodoas negras|olho negro|estrangul*|murro*|bofetada*
  |pontape*|bateu me|espanc*|esfaque*|refem|rapto|sequestr*|desaparecid*|amianto|pontos na cabeca|pontos na mao
  |sete pontos|fratur*|inconsciente|convuls*|vomit*|alucina*|insulina
it bloccare qualcuno|bloccare un altro|bloccare il mio ex|commissario|ispettore|maresciallo|procuratore|come prova
  |citazione|divorzi*|affidamento dei|ordine restrittivo
  |liberta vigilata|carcere|prigione|detenut*
  |arrestat*|arresto|condannat*|perito|investigator*|razzis*|discrimin*|omofob*|sessual*|stupr*|violentat*|esplosiv*
  |munizion*|cocaina|eroina|overdose|disintossic*|alcolist*|astinenza|diagnosi|diagnosticat*|cremaz*|cremat*|tumore
  |tumori|cancro|ictus|demenza|alzheimer|parkinson|epiles*|paralizz*|paralis*|amput*|sedia a rotelle|palliativ*
  |terapia intensiva|rianimazione|pronto soccorso|chirurg*|chemio*|radioterap*|trapiant*|dialisi|aborto|prematur*
  |incubatrice|coma|psichiatr*|autoles*|anoressi*|bulimi*|attacco di panico|trauma|traumat*|badante|allettat*
  |incontinen*|catetere|stomia|funeral*|ceneri|bara|sepoltur*|tomba|cimitero|condoglianze|vedov*|orfan*|defunt*
  |eredita|senzatetto|dormitorio|rifugiat*|asilo politico|espuls*|sfratt*|insolven*|lividi|occhio nero|strangol*
  |pugno in|schiaff*|picchiat*|accoltell*|ostaggio|rapit*|scompars*|amianto|punti di sutura|sette punti|frattur*
  |commozione|incosciente|convuls*|vomit*|allucina*|insulina
nl iemand blokkeren|mijn ex blokkeren|hem blokkeren|commissaris|inspecteur|officier van justitie|als bewijs
  |bewijs voor|dagvaarding|scheiding|echtscheiding|voogdij
  |alimentatie|contactverbod|reclassering|gevangen*
  |gedetineerd*|gearresteerd|aangehouden|veroordeeld|rechercheur*|brandonderzoek*|racis*|discrimin*|homofob*
  |uitgescholden|seksueel*|verkracht*|explosie*|munitie|cocaine|heroine|overdosis|afkick*|alcoholist*|diagnose|tumor
  |kanker|beroerte|dementie|alzheimer|parkinson|epilep*|verlamd|geamputeerd|rolstoel*|palliatief|palliatieve|hospice
  |intensive care|spoedeisend*|chirurg*|chemo*|bestraling*|transplantatie*|dialyse|miskraam|prematuur|couveuse|coma
  |psychiat*|zelfverwond*|anorexi*|boulimi*|paniekaanval*|trauma|traumat*|verzorgster|thuiszorg|bedlegerig
  |incontinent*|katheter|stoma|begrafenis*|crematie|gecremeerd|as van|doodskist|kist voor|begraafplaats|condoleance*
  |weduwe*|overleden*|erfenis|dakloos|daklozen*|opvanghuis|vluchteling*|asiel*|ontruiming|schuldsanering
  |blauwe plekken|blauw oog|gewurgd|geslagen|geschopt|in mijn gezicht|neergestoken|gestoken met|gijzel*|ontvoer*
  |vermist|asbest|terugroepactie*|hechtingen|breuk|hersenschudding|bewusteloos|stuip*|braak*|hallucin*|insuline
"""
