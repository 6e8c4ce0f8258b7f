"""English words for people, bodies and harm, which routine matters seldom name: no safeguard, a doubt."""

DELICATE = """
[delicate]
never again
home office|immigration|asylum|embassy|consulate|jobcentre|job centre|social services|child services|union rep
  |trade union|works council|tribunal|notary|arbitration|officer|officers|constable|detective*|inspectorate
catheter*|cannula*|feeding tube|feeding pump|stoma|colostomy|ostomy|dialysis|nebuliser*|nebulizer*|inhaler*|epipen*
  |insulin|glucose|pacemaker|prosthe*|walking frame|incontinence|ventilator*|cpap|infant formula|baby formula
  |special milk|chemo*|transplant*|biopsy|seizure*|vaccine*
if i make it to|if im still here|if i am still here|when they find me|when you find me|with my name on it|if i live to
not allowed & door|go out|phone|leave the house
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
too tired to|not be around|wont be around|not be here|wont be here|not going to be here|be here anymore|burden
  |no sense|nobody would mind|wont live|wake up tomorrow|tired of
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
"""
