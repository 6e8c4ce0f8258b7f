"""English signs of danger to life and limb."""

DANGER = """
[danger]
finger|fingers|thumb|toe|fingertip* & clean off|tip of|end of|took off|taken off|sliced|severed|crushed|trapped in
smoke alarm*|smoke detector*|fire alarm & going off|gone off|went off|wont stop|keeps beeping
smell*|stink*|stank|reek*|whiff|odour*|odor* & egg|eggs|rotten|sulphur|sulfur
threw me|knocked me & touch*|machine|power
killed|killing & could|get|nearly|almost
set|went & alight|on fire
bomb & parcel|package|letter|office|building|school|in my
blow up your|blowing up your|blow you up|blow you all up|blow up this
gun|knife|rifle|shotgun & come to your|coming to your|come to the|coming to the|come round|be there
  & with a|with my|with the|bring*|armed|i have|i ve got|ive got|i got
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
child*|baby|toddler|kid|kids|son|daughter|infant & alone|missing|stuck|burn*|unconscious|hurt|freezing|fever
dog|cat|puppy|kitten|animal*|horse|pet & swallow*|trapped|dying|stuck|burn*|sick|ate|eaten|alone|missing|poison*
  |collapsed
swallow* & battery|batteries|magnet*|coin|pill*|tablet*|piece|bleach|detergent|capsule*|pod
trapped|stuck & lift|elevator|inside|locked|underneath|door
in danger|dangerous|life threatening|life or death|life and death|could die|could have died|nearly died|almost died
could have killed|almost killed|nearly killed|nearly lost|get hurt|got hurt|someone will die|going to die|unsafe
water & pouring|gushing|ceiling|burst|flood*|electrics|sockets
emergency services|call 999|called 999|ring 999|call 911|called 911|call 112|called 112|dial 999
"""
