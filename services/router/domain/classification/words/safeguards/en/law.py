"""English signs of law and crime: lawyers, regulators, fraud, what the police are called for."""

LAW = """
[legal]
lawyer*|solicitor*|attorney*|barrister*|legal action|legal proceedings|legal steps|legal advice|legal team
  |letter before action
court & take|taking|see you|summons|order|hearing|date|case|letter|going|go|small claims|papers|judge|you
sue you|suing|sue your|sue the company|sue them|ill sue|will sue|lawsuit*|litigat*|subpoena|bailiff*|prosecut*
  |tribunal|small claims
[regulator]
ombudsm*|regulator*|consumer protection|trading standards|data protection authority|ofcom|ofgem|watchdog
[fraud]
opened|open & account|loan|contract & passport|identity|my id|documents|my name
direct debit|payment|charge & not authoris*|not authoriz*|didnt authoris*|did not authoris*|never agreed
savings|account & empty|gone|zero
imposter*|impostor*|tricked|fake & call*|website|site|page|invoice|shop|customer service|email|message|text|number
suspicious|strange|genuine|weird & email|e mail|text|message|mail|call|link
wasnt mine|was not mine|isnt mine|not mine|wasnt me|was not me & login|payment|order|transaction|charge|purchase
  |account
unknown|strange|unfamiliar & transaction*|charge*|payment*|login*|device*|debit
misused|misuse|malware|spyware|keylogger
took|taken & money|savings & account|card|fake
bank details|card number|codes|password|passwords & gave|asks|wants|called|caller|sent|confirm
login|logged & from & moscow|china|russia|brazil|abroad|country|city|unknown|help|alert
fraud*|scam*|phish*|identity theft
identity & stolen|stole|theft|used|using|steal*
impersonat*|pretending to be|pretended to be|hack*|unauthori*|taken over my|hijack*|compromised
someone|somebody|anyone|stranger|they|who|ex|husband|wife|brother|people|roommate & using|used|uses|opened|took
  |spent|withdr*|bought|buying|ordering|ordered & my account|my card|my name|my details|my identity|my credit|my bank
  |my data|my profile|my number|name of mine
someone|somebody|anyone|stranger|person|else|ex|thieves & logged|logging|login|log in|accessed|access|changed
  |inside|is in|got into|in my & account
someone else|somebody else|another person & my account|my card|my name|my login|my profile|my details|identity|card
  |account
didnt|did not|never|havent & make|made|authoris*|authoriz*|recogni*|order*|open*|approve*|sign*|me & payment*
  |transaction*|charge*|purchase*|contract|loan|login|transfer*|withdrawal*
didnt|did not|never & buy|bought|order*|book* & card|account|charged|bill*
dont|do not & recogni* & payment*|transaction*|charge*|purchase*|order*|device|login|debit
money|savings|balance & gone|disappear*|vanish*|stolen|emptied|taken without
emptied|drained|cleared out & account|card|savings
in my name & account|contract|loan|credit|phone|opened|taken
gave|told|shared|read out & pin|code|password|card number|bank details & caller|call|text|email|fake|strange|someone
entered|typed|clicked|opened|filled in & pin|code|password|card number|bank details|link & caller|fake|strange
  |suspicious
  |weird|dodgy|scam*
typed|entered|filled in|gave & card details|card number|bank details|my details & is it real|is this real|was it real
  |is that real|was that real|really from you|really you|legit|genuine
gave|told|read|sent|showed|read out & him|her|them|man|caller|stranger|someone|somebody & the code|my code|the codes
  |the pin|my pin & called|phoned|rang|bank|from your company|from your team
clicked|opened|followed & link & text message|a text|the text|sms|whatsapp|card number|bank details
[crime]
police|crime number|crime reference|stolen|stole|theft|thief|thieves|robbed|robber*|mugged|mugging|burgl*
  |pickpocket*|snatched
blackmail*|extort*|ransom*|threaten*|threat|threats|assault*|stalk*|harass*|kidnap*|forged|forgery|counterfeit
  |broke into|breaking into|break in|intruder*
"""
