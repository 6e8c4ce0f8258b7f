"""English signs that a person must read a message."""

EN = """
[danger]
smell*|stink*|stank|reek*|whiff|odour*|odor* & egg|eggs|rotten|sulphur|sulfur
threw me|knocked me & touch*|machine|power
killed|killing & could|get|nearly|almost
set|went & alight|on fire
brake|brakes & failed|fail
stomach|throat & battery|batteries|magnet*|coin|pin
fire & there is|theres|kitchen|house|flat|home|garage|cellar|basement|apartment|room|office|smoke
smell*|stink*|stank|reek*|whiff|odour*|odor*|leak*|hiss* & gas
carbon monoxide|co alarm|gas alarm
on fire|caught fire|catching fire|catch fire|in flames|flames|up in smoke|fire brigade|fire department|firefighter*
house fire|kitchen fire
fire & started|broke out|broken out|burning|spread*|exploded|nearly|almost|help
burning smell|smell of burning|smells of burning|smells burnt|smells burned|smells like burning|smelling burnt
smok* & coming|pouring|filling|rising|battery|charger|plug|socket|oven|kitchen|room|house|device|cable|black|out of
  |from
spark* & plug|socket|outlet|wire*|cable*|charger|flying|from|coming|box|when
battery|charger|phone|laptop|powerbank|scooter & swollen|swelling|bulging|melt*|explod*|smok*|burn*|blew up
  |too hot to touch
explod*|explosion|blew up|blown up|burst into
electric shock*|electrocut*|got a shock|a shock from|gave me a shock|shocks me|live wire*|bare wire*|exposed wire*
  |zapped
shock* & touch*|plug|socket|metal|washing machine|kettle|cable
bleed*|blood everywhere|covered in blood|unconscious|passed out|collapsed|fainted|not breathing|isnt breathing|chok*
cant breathe|cannot breathe|can not breathe|trouble breathing|struggling to breathe|short of breath|gasping
seizure*|stroke|heart attack|chest pain*|overdos*|poison*|ambulance|paramedic*|hospital*|emergency room
  |intensive care
injur*|wounded|scald*|burned my|burnt my|burned her|burned his|burnt his|burnt her|stitches|concussion
hurt|cut|sliced & hand*|leg*|arm*|back|head|face|eye*|foot|finger*|child|son|daughter|baby|herself|himself|badly
  |deep*
broke|broken & leg|arm|hip|wrist|ankle|tooth|teeth|nose|neck|collarbone
fell|fallen|fall & stairs|cant get up|cannot get up|floor|ladder|downstairs
allergic reaction|anaphyla*|throat & swell*|swollen|closing|tight*
swell*|swollen|hives|rash|blister* & face|lips|tongue|eyes|skin|after|since|cream|ate|eating|using|used
nut|nuts|peanut*|gluten|allerg* & ate|eaten|eating|contain*|undeclared|reaction|swollen|ill|label*|son|daughter
  |child
food poisoning|vomit*|throwing up|being sick & eating|ate|after|since|child|son|daughter|drank|food
insulin|oxygen|inhaler*|dialysis|ventilator*|epipen*|pacemaker*|nebuli*|chemo*|life support|defibrillator*
  |breathing machine
medicat*|medicine*|meds|tablets|pills|prescription*|treatment & missing|not arrived|hasnt|has not|havent|not come
  |late|delay*
medicat*|medicine*|meds|tablets|pills|prescription* & run out|ran out|running out|without|last|never|lost|wrong
  |urgent*|need*
child*|baby|babies|toddler|kid|kids|son|daughter|infant|grand* & swallow*|trapped|locked in|in danger|at risk|sick
  |shock*
child*|baby|toddler|kid|kids|son|daughter|infant & alone|missing|stuck|burn*|unconscious|hurt|freezing|fever|ate
  |eaten|drank
dog|cat|puppy|kitten|animal*|horse|pet & swallow*|trapped|dying|stuck|burn*|sick|ate|eaten|alone|missing|poison*
  |collapsed
swallow* & battery|batteries|magnet*|coin|pill*|tablet*|piece|bleach|detergent|capsule*|pod
trapped|stuck & lift|elevator|inside|locked|underneath|door
in danger|dangerous|life threatening|life or death|life and death|could die|could have died|nearly died|almost died
could have killed|almost killed|nearly killed|nearly lost|get hurt|got hurt|someone will die|going to die|unsafe
water & pouring|gushing|ceiling|burst|flood*|electrics|sockets
emergency services|call 999|called 999|ring 999|call 911|called 911|call 112|called 112|dial 999
[self_harm]
after tonight|after today & need|nothing|anything|anyone|matter*
kill|harm|hurt|hang|drown|shoot|stab|poison & myself|himself|herself|themselves|themself
nobody|no one|noone & miss|care & me
end|ending|finish & it tonight|it today|it now|it all|my life|everything tonight
took|taken|take|swallow* & all my tablets|all my pills|all the tablets|too many pills|too many tablets|all my meds
everyone|everybody|family|they|world & better off
cant|cannot & go on|carry on|keep going & living|like this|anymore|any longer|any more
bridge|roof|ledge|train tracks|cliff|window & standing|jump|step off
cut|cutting|cuts|burning|burn & myself
see|no|without|any & reason|point|sense & wake up|living|live|life|tomorrow|carry on
going to jump|gonna jump|about to jump|done with this life|done with everything|over the edge
last message|last words|farewell|goodbye & anyone|ever|world|all of you|everyone|you will hear|kids
tell & children|kids|family|wife|husband|mum|mom & love|loved|sorry
wont|will not|not & be here|be around|be alive & tomorrow|next week|anymore|much longer
disappear for good|disappear forever|want to disappear|want it to stop|want it all to stop|dont want to be here
  |overdosing
suicid*|kill myself|killing myself|hurt myself|hurting myself|harm myself|harming myself|self harm*|selfharm*
  |cutting myself
end my life|ending my life|take my life|taking my life|take my own life|end it all|ending it all|finish it all
want to die|wanna die|wish i was dead|wish i were dead|better off dead|better off without me|rather be dead
  |ready to die
reason to live|nothing to live for|nothing left to live for|no point in living|no point living|not worth living
  |why live
dont|not|no longer|anymore & want & to live|live anymore|be alive|exist|be here anymore|be here any more|wake up
  |go on living
cant go on|cannot go on|can not go on|cant do this anymore|cannot do this anymore|cant take it anymore & life|live
  |anymore|any more
tired of living|tired of life|done with life|give up on life|giving up on life|sick of living|sick of life
jump off|jump from|hang myself|hanging myself|throw myself|slit my|swallowed all|take all my pills|all the pills
never wake up|not wake up|stop existing|disappear forever|goodbye to everyone|wont be here|wont be around
  & tomorrow|soon|anymore|longer
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
took|taken|take & money|savings & account|card|fake|my
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
someone else|somebody else|another person & account|card|name|identity|details|profile|login|number
didnt|did not|never|havent & make|made|authoris*|authoriz*|recogni*|order*|open*|approve*|sign*|me & payment*
  |transaction*|charge*|purchase*|contract|loan|login|transfer*|withdrawal*
didnt|did not|never & buy|bought|order*|book* & card|account|charged|bill*
dont|do not & recogni* & payment*|transaction*|charge*|purchase*|order*|device|login|debit
money|savings|balance & gone|disappear*|vanish*|stolen|emptied|taken without
emptied|drained|cleared out & account|card|savings
in my name & account|contract|loan|order*|credit|phone|opened|taken
gave|told|shared|entered|typed|clicked & pin|code|password|card number|bank details|link & caller|call|text|email
  |fake|now|strange|someone
[crime]
police|crime number|crime reference|stolen|stole|theft|thief|thieves|robbed|robber*|mugged|mugging|burgl*
  |pickpocket*|snatched
blackmail*|extort*|ransom*|threaten*|threat|threats|assault*|stalk*|harass*|kidnap*|forged|forgery|counterfeit
  |broke into|breaking into|break in|intruder*
[vulnerable]
late brother|late sister|late aunt|late uncle|late partner|late son|late daughter|late nan|next of kin|he died
  |she died|he has died|she has died|he is dead|she is dead|womens aid|women s aid
checks|reads|controls|monitors|goes through|looks through|took away & my phone|my mobile|my messages|my texts
  |my emails|everything i write
refuge|women s shelter|psychiatric|psychiatry|mental hospital|breakdown
following|follows|followed & me & man|guy|stranger|someone
heir|heirs|inherit*|estate of|estate matters|no longer alive|no longer with us|power of attorney|gambl*|addict*
  |relaps*|multiple sclerosis|parkinson*|mental illness|mental health|single mum|single mom|single mother
  |living in our car|living in my car|sleeping in my car|hardship
death|dies|died|deaths & someone|customer*|report|contract|account|subscriber|tenant|notify|family|of a|after
passing of my|the passing|passed on & sister|brother|mother|father|mum|dad|wife|husband|letters|grand*
buried & my|our|husband|wife|son|daughter
gone|lost & dad|mum|mom|grandad|grandma|nan
behind & payments|rent|bills & illness|ill|job|sick|income
income|wages|benefits|disability|low income|pension & lost|no|cant|only|help|low|receive|paid|stopped
elderly|confused|vulnerable & father|mother|parent*|aunt|uncle|neighbour|grand*
died|dead|dies|death|passed|lost|deceased|funeral|bury & husband|wife|mother|mum|mom|father|dad|son|daughter
  |brother|sister|partner|parent*|grand*|uncle|aunt|customer|holder|child|friend|baby|family
passed away|deceased|funeral*|widow*|bereav*|late husband|late wife|late mother|late father|late mum|late dad
  |miscarr*|stillb*|probate|death certificate|executor
abus*|domestic violence|violent|violence|beats me|hits me|hit me|beating me|beat me|womens refuge|womens shelter
  |restraining order|safe house|hiding from
ex|husband|partner|boyfriend|wife|girlfriend|stepfather|father & find|found|knows where|threat*|scared|afraid
  |follow*|hurt*|stalk*|must not|mustnt|cannot know|hit*|violent|track*|controls
scared|afraid|terrified|frightened & of him|of her|my husband|my ex|my partner|go home|for my life|for my safety
  |my safety|of my
cant|cannot|can not|couldnt|unable|not able|no longer|struggl* & afford*|pay|buy & food|heat*|rent|eat|medicine
  |formula|nappies|feed|groceries|electric*|kids|children
choose|choosing|choice|decide & food|eat*|heat*
no money|no income|not a penny|penniless|broke|skint & food|eat|heat*|rent|children|kids|left|baby|electric*|bill*
  |until|live
lost my job|made redundant|redundancy|unemployed|laid off|homeless|evict*|food bank*|foodbank*|bankrupt*|repossess*
  |nothing to eat|go hungry|going hungry|hungry|starving
debt* & collector*|drown*|cope|help|letters|deep|cant|advice
electric*|heat*|gas|water|power|boiler|warm & cut off|cutting off|disconnect*|freezing|baby|newborn|elderly
  |pensioner|disabled
heating|boiler & broken|off|dead|stopped|not working|cold & baby|child*|old|elderly|year|pregnant|ill|winter|days
terminally|terminal illness|terminal disease|terminal diagnosis|cancer|dementia|alzheimer*|disability|disabilities
  |i am disabled|im disabled|disabled son
  |disabled daughter|disabled mother|disabled brother|disabled and|wheelchair|deaf|blind|dying|hospice|palliative
  |depress*|mental health|panic attack*|nervous breakdown|bedridden|carer for
[delicate]
teamviewer|anydesk|remote access|screen sharing|share my screen & bank|login|log in|helping|help|told|says
apparently|supposedly|allegedly & took out|taken out|signed|ordered|bought|loan|contract
kid|child|little boy|little girl|baby & by himself|by herself|by themselves|on his own|on her own|no shoes|no parents
  |crying
went down|fell|tumbled|rolled & stairs|flight|steps|floor|ladder
why i get up|why i even get up|what i get up for|cant get out of bed|no point getting up
didnt ask|did not ask|didnt request|did not request|never asked|never requested|asked for none|without asking
  |not logging in & code|codes|link|password|passwords|text
unrecogni* & login|log in|logged|sign in|device|charge|payment
ordered nothing|bought nothing|signed up for nothing|stranger*|strangers & confirmation|order|address|profile
  |account|default
for the week|until payday|till payday|until friday|till friday & pounds|quid|euros|dollars|children|kids
card & lifted|nicked|swiped|pinched|grabbed
he|him|she|partner|boyfriend|girlfriend & cant|cannot|mustnt|must not|doesnt|never|without & see|sees|seeing|know
  |knows|knowing|find|finds|finding|notice*
recovery|backup|back up|linked|registered|on file & phone|number|email|mail|device & not mine|isnt mine|not ours
  |isnt ours|isnt one of|not one of|dont know|do not know|dont recogni*|somebody|someone|stranger*|never met
judge|magistrate*|probation|parole|prison|jail|hearing|barrister|inspector*|investigat*|insolven*|bailiff*
  |debt adviser
  |debt advisor|social worker
night shelter|shelter|hostel|refuge|crisis house|tent|in the car & address|live|lives|living|sleep*|moved|new
  |delivery|change
threw us out|threw me out|put out of our|kicked us out|kicked me out|lost our flat|lost our home|nowhere to go
  |on the street
  & address|we|i|now|kids|with
eating|eaten|eat|ate|living on|live on|fed & nothing but|only|just|days|since|week|bread|rice|toast|noodles|porridge
skip meals|skip a meal|feed my|feed the|feed them|water it down|pounds left|quid left|only got
cloned|copied|copy of my card|duplicated|skimmed
wasnt me|was not me|it wasnt i|never made|never ordered|didnt order|did not order|never signed|isnt mine
  |not my signature
pills|my tablets|all the tablets|bleed*|swallow*|in his mouth|in her mouth|ate one|drank|melt*|glow*|too hot|spat out
  |blister*|jolt
  |tingl*|fingers are blue|freezing|ice inside
urn|ashes|wake|funeral|laid to rest|lifeless|slipped away|buried|left this world|maiden name
locked in|stuck in|following me|follows me|stairwell|lift & stuck|inside|i|we|dark|me
hospital|ward|hospice|hoist|tube|syringe*|oxygen|monitor|heart & my|our|for|children*|bed|from
gave|handed & card & man|door|someone|gone|left
somebody|someone|brother|sister|nephew|flatmate|neighbour|neighbor|carer & card|account|name|contract & used|using
  |shopping
  |opened|bought|spent
too tired to|be around|be here|burden|no sense|nobody would mind|wont live|wake up tomorrow|tired of
husband|wife|my son|my daughter|my child|my children|my baby|my mother|my father|my mum|my mom|my dad|my brother
  |my sister|my nan|grandma|grandpa|grandmother|grandfather|grandson|toddler|newborn|infant|my girl|my boy|my kids
  |my neighbour|my neighbor|my uncle|my aunt|my girlfriend|my boyfriend|my carer|my ex
my sons|my daughters|my babys|my mothers|my fathers|my dads|my mums|my wifes|my husbands|our dog|my dog|my cat
  |our cat|the dog|the cat
blood|wound|stomach|throat|lungs|skull|fingers|skin|bone*|pregnan*|diabet*|asthma*|epilep*|allerg*|sick|ill|doctor
  |nurse|surgery|emergency|ambulance|need help now|scared|afraid|frightened|terrified|panic*|crying|tears|desperate
  |lonely|alone|hopeless|worthless|pain|pains
knife|gun|weapon|bomb|flame*|alight|burn*|burnt|smoke|fumes|explo*|crash*|accident|run over|ran over|knocked down
  |hit by a|drown*|freezing|frozen to|suffocat*|poison*|toxic|brake failed|brakes failed|collapse*
a man|strange man|following me|followed me|watching me|touched me|grabbed|hiding|escape|escaped|fled|flee|danger*
  |dead|die|died|dying|death|kill*|live|living|life & go on|anymore|any more|end|not worth|without me|what for|point
savings|bank account|bank & empty|gone|drained|missing|emptied|code
told|read|gave|tricked|talked & code|pin|numbers|password & man|phone|caller|call|police|someone
passport|id card|my identity & account|opened|used
no food|no money|without food|hungry|jobless|unemployed|benefits|debt|debts
[harmless]
battery|phone|mobile|handset|laptop|tablet|computer|pc|console|router|modem|wifi|internet|line|connection|signal
  |screen|display|tv|telly|television|camera|printer|scanner|kettle|toaster|oven|fridge|freezer|washer|dryer
  |dishwasher|machine|hoover|vacuum|mower|drill|fan|thermostat|lamp|bulb|light|speaker|speakers|headphones|headset
  |earbuds|remote|controller|watch|clock|charger|device|appliance|engine|app|site|website|link|drive|disk|mouse
  |keyboard|mixer|blender|iron|radio|doorbell|lock
  + died|dies|dead|dying|is dead|was dead|are dead|is dying|has died|have died|has just died|just died|suddenly died
  |keeps dying|gone dead|went dead|passed away|has passed away
dead|dying
  + battery|phone|mobile|handset|laptop|tablet|computer|pc|console|router|modem|wifi|internet|line|connection|signal
  |screen|display|tv|telly|television|camera|printer|scanner|kettle|toaster|oven|fridge|freezer|washer|dryer
  |dishwasher|machine|hoover|vacuum|mower|drill|fan|thermostat|lamp|bulb|light|speaker|speakers|headphones|headset
  |earbuds|remote|controller|watch|clock|charger|device|appliance|engine|app|site|website|link|drive|disk|mouse
  |keyboard|mixer|blender|iron|radio|doorbell|lock
by accident
a break in|wheelchair access*|water pressure|heating element
fire tv|fire stick|fire tablet|firewall|fire sale|gas bill*|gas meter*|gas contract*|gas tariff*|gas price*
  |gas account|gas card|gas card|gas reading*
killing time|kill time|dying to see|dying to know|dying to try|dead line
stroke width|blind* fabric|roller blind*|venetian blind*|window blind*|colour blind|blood pressure|blood orange
  |passed on|passed the|passed to
data breach insurance|tennis court|food court|hunger games|hospital bag|scam likely|life hack*|hackathon
  |sudden death|dead on time|dead easy|death star
police box|dead pixel*|dead stock|heating pad|heat gun|in no time|without gas fee|no problem
"""
