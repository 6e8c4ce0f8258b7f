"""English signs that a customer is in need: death, violence, illness, poverty."""

VULNERABLE = """
[vulnerable]
hungry|starving & !pizza|burger|burgers|takeaway|curry|sushi|restaurant|my food|our food|the food
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
  |nothing to eat|go hungry|going hungry
debt* & collector*|drown*|cope|help|letters|deep|cant|advice
electric*|heat*|gas|water|power|boiler|warm & cut off|cutting off|disconnect*|freezing|baby|newborn|elderly
  |pensioner|disabled
heating|boiler & broken|off|dead|stopped|not working|cold & baby|child*|old|elderly|year|pregnant|ill|winter|days
terminally|terminal illness|terminal disease|terminal diagnosis|cancer|dementia|alzheimer*|disability|disabilities
  |i am disabled|im disabled|disabled son
  |disabled daughter|disabled mother|disabled brother|registered disabled|disabled pensioner|wheelchair|deaf|blind
  |dying|hospice|palliative
  |depress*|mental health|panic attack*|nervous breakdown|bedridden|carer for
"""
