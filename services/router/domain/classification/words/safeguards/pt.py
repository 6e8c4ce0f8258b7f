"""Portuguese signs that a person must read a message."""

PT = """
[danger]
cheir* & ovo|ovos|podre*|enxofre
cheir*|vazamento|vazando|fuga|escapando & gas|queimado
monoxido
incendio*|pegou fogo|pegando fogo|a arder|em chamas|chamas|fogo|bombeiros|queimando
fumaca|fumo|fumegar|fumegando & sai*|bateria|carregador|tomada|cozinha|casa|aparelho|preta|preto|muita|muito
faisca*|curto circuito
explod*|explos*|estourou|inchada|derreteu|derretido
choque eletrico|levei um choque|levou um choque|apanhei um choque
choque & tomada|maquina|toco|tocar|chuveiro|fio*
eletrocut*|fio desencapado|fios descarnados|fios soltos
sangr*|sangue|inconsciente|desmai*|nao respira
respirar & nao|dificuldade|falta
sufoc*|engasg*|convuls*|avc|derrame|enfarte|infarto|ataque cardiaco|dor no peito|overdose|envenen*|intoxic*
  |ambulancia|samu|hospital*|urgencias|pronto socorro|uti
feri*|ferid*|machuc*|queimou|queimei|cortou|cortei|quebrou|partiu|magoou & mao|dedo*|braco|perna|rosto|cara|filho
  |filha|crianca|quadril|grave
ferimento*|machucou|machucado|queimadura*|ferido|ferida
caiu|cai & escada*|levantar|chao|mae|avo|idos*
reacao alergica|alergi* & reacao|comeu|comi|inch*|contem|amendoim|rotulo|filho|filha
anafila*|inchad*|inchou|inchar & rosto|labios|garganta|lingua|olhos|cara
vomit* & comer|comeu|depois|desde|filho|filha|crianca
insulina|oxigenio|inalador*|bombinha|dialise|hemodialise|ventilador pulmonar|respirador|marca passo|quimio*|epipen
  |nebulizador
remedio*|medicament*|medicacao|comprimidos|receita|tratamento & nao chegou|nao chegaram|nao veio|falta*|sem|atras*
  |acab*|ultimo*|perd*|urgente|precis*
crianca*|bebe|filho|filha|neto|neta|avo & engoliu|pres*|trancad*|perigo|febre|sozinh*|sumiu|desaparec*|bebeu
cachorr*|cao|gato|gata|animal|cavalo & engoliu|preso|presa|trancad*|comeu|doente|morrendo|morrer|sozinho|envenenado
engoliu & pilha*|bateria|ima|moeda|comprimido*|peca|detergente|lixivia
pres*|trancad* & elevador|dentro|carro|banheiro
perigo|perigos*|vida ou morte|quase morreu|pode morrer|vai morrer|podia ter morrido|risco de vida|correndo risco
  |morrendo
inund*|agua & teto|tomadas
[self_harm]
depois de hoje|depois desta noite & precis*|nada|ninguem
suicid*|me matar|matar me|me mato|tirar a minha vida|tirar minha vida|acabar com a minha vida|acabar com minha vida
  |acabar com tudo|por fim a minha vida|por fim a vida|por fim a tudo|me machucar|me cortar|cortar os pulsos|me ferir
  |magoar me|me enforcar|enforcar me|automutil*
quero|queria|prefiro|vontade de|melhor & morrer|morto|morta|sumir|desaparecer|nao acordar
nao & quero|aguento|vontade|vale|sentido|razao|faz & viver|vida|continuar vivo|continuar viva|estar aqui|existir
  |acordar
cansad* de viver|fart* de viver|razao para viver|motivo para viver|melhor sem mim
sem mim & melhor|todos
pular|atirar*|saltar & ponte|janela|predio|trem|comboio
tomei todos|tomar todos|todos os comprimidos|todos os remedios|carta de despedida|me despedir de todos
  |dizer adeus a todos
[legal]
apresentar queixa|apresento queixa|fazer queixa|faco queixa|queixa na policia|participar a policia
advogad*|tribunal|tribunais
justica & na|acao|entrar|vou
processar|processo & judicial|contra|voces|abrir|tribunal
acao judicial|medidas legais|medidas judiciais|via judicial|queixa crime|oficial de justica|penhora|intimacao|juiz
  |notificacao extrajudicial|juridico
[regulator]
procon|anatel|bacen|banco central|reclame aqui|livro de reclamacoes|ouvidoria|entidade reguladora|regulador
  |defesa do consumidor
[fraud]
fraud*|golpe|golpista*|estelionat*|phishing|burla*|roubo de identidade
identidade & roub*|usa*
hacke*|invadi*|invadir*|clonad*|clonaram|clonou|pirate*
alguem|outra pessoa|desconhecid*|estranho|terceiro*|meu ex|estao|esta & usa*|utiliz*|entrou|entrando|acess*|compr*
  |pediu|gastou|abriu|mudou|dentro & minha conta|meu cartao|meu nome|conta|cartao|dados|perfil|identidade
em meu nome|no meu nome & conta|emprestimo|contrato|credito|abr*|alguem|divida
nao|nunca & fiz|autoriz*|reconheco|fui eu|pedi|contratei|comprei & compra*|pagamento*|cobranca*|debito*|transac*
  |transferencia*|pix|emprestimo|contrato|levantamento
dinheiro|saldo|poupanca|conta & sumiu|desapareceu|roubad*|zerad*|esvazi*|limp*
dei|passei|coloquei|cliquei & codigo|senha|link|pin|dados & liga*|sms|mensagem|falso|falsa|banco|email|estranh*
[crime]
policia|boletim de ocorrencia|roub*|furto|furtad*|furtaram|assalt*|ladrao|ladroes|arromb*|carteirista
chantag*|extors*|extorqu*|ameaca*|persegu*|assedi*|agred*|agress*|sequest*|falsific*|invasor
[vulnerable]
me controla|me vigia|me espia|controla me|vigia me|ve me & telemovel|celular|telefone|mensagens
morreu|morte|faleceu|falec*|perdi|velorio|enterro|funeral & marido|esposa|mulher|mae|pai|filho|filha|irmao|irma|avo
  |titular|bebe|companheir*
faleceu|falecid*|falecimento|obito|velorio|funeral|enterro|viuva|viuvo|luto
inventario & pai|mae|marido
violencia|violento|me bate|me bateu|bate me|maltrat*|agride|medida protetiva|casa abrigo
abrigo & mulher*|violencia
ex|marido|companheiro|namorado|pai & encontr*|saiba|saber|descobr*|ameac*|medo|segue|persegue|bate*|violento
  |controla
medo & minha vida|dele|marido|ex|casa|seguranca
nao|sem|mal & consigo|tenho|temos|conseguimos|posso|dinheiro & comer|comida|aluguel|renda|aquecimento|luz|filhos
  |alimentar|fraldas|leite|pagar a luz
escolher & comer|comida|aquec*|luz
sem dinheiro & comida|filhos|nada|comer|mes
desempreg*|perdi o emprego|perdi meu emprego|perdi o trabalho|despedid*|demitid*|despej*|sem teto|na rua|sem abrigo
  |banco alimentar|cesta basica|passando fome|passar fome|fome|endividad*|rendimento minimo|bolsa familia
cort* & luz|agua|gas|energia|eletricidade & bebe|filh*|crianca*|idos*|doente|pagar|gravida
sem aquecimento|sem luz & bebe|crianca*|frio|doente|idos*
cancer|cancro|doente terminal|fase terminal|doenca terminal|paliativ*|demencia|alzheimer|deficien*|cadeira de rodas
  |surd*|ceg*|depress*|deprimid*
  |ataque de panico|crise de panico|acamad*|ansiedade
[delicate]
nunca mais
esquadra|delegacia|embaixada|consulado|asilo|sindicat*|cartorio|assistente social|imigracao
cateter*|sonda|algalia|canula*|estoma|ostomia|dialise|inalador*|insulina|protese*|andarilho|seringa*|quimio*|avc
  |oxigenio|vacina*
quando me encontrarem|se ainda ca estiver|se eu la chegar
le tudo|ve tudo & marido|namorado|companheiro|mulher
labareda*|faisca*|chama|coracao & secador|tomada|saiu|deitou|fez|dispar*|bate
juiz|tribunal|advogad*|prisao|cadeia|oficial de justica|intimacao
abrigo|na rua|no carro|despej* & morada|endereco|vivemos|dormimos|agora
sangrar|sangrando|comprimidos|engoliu|bebeu|coracao|queimou|derret*|faisca*|chama|choque|tontura*
urna|cinzas|enterr*|velorio|funeral|nao vou estar|cansado de|cansada de|um peso
codigo|senha & passei|dei|senhor|banco|telefone & banco|senhor|ligou
comemos|comer & so|arroz|pao|dias
me seguindo|a seguir me|seguiu me
meu marido|minha esposa|minha mulher|meu filho|minha filha|meus filhos|meu bebe|minha mae|meu pai|meu irmao
  |minha irma|minha avo|meu avo|meu cachorro|meu cao|meu gato|meu ex|sangue|ferida|medo|doente|medico|emergencia
  |acidente|fogo|fumaca|faca|morto|morta|mortos|morte|mortal*|morrer|viver|desconhecid*|sozinh*|gravida|diabet*|alergi*
[harmless]
seguro|apolice|cobertura + de incendio|de incendios|contra incendio|contra incendios
alguem me pode|alguem pode|alguem pode me|alguem me|alguem + ajudar|ajuda|dizer|explicar|sabe
link do email|link do vosso email|link do e mail|link para redefinir|link de confirmacao|codigo do email|cinza fumo
  |cinzento fumo|morro de vontade|matar o processo
conta do gas|conta de gas|fatura do gas|contador do gas|fire tv|fire stick|morto de rir|morrendo de rir
  |fogos de artificio|agua com gas|pressao arterial|copo de agua
banco central do brasil|cegonha
"""
