"""English words that look like signs and are read over."""

HARMLESS = """
[harmless]
carbon monoxide|co + alarm|alarms|detector|detectors + price|prices|in stock|for sale|deal
you sell|can i buy|to buy + carbon monoxide|a carbon monoxide|rat poison
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
suicide squad|suicide door*|died laughing|dying laughing|with life insurance|living without internet
  |living without wifi|living without a phone
theft insurance|theft cover|theft covered|theft excess|theft policy
poison ivy|bath bomb*|gun metal|gunmetal|glue gun*|staple gun*|heat gun*|spray gun*|nerf gun*|blood red|bomber jacket*
police|nurse|doctor|fireman|pirate|soldier|zombie|skeleton + costume|costumes|outfit|fancy dress|helmet|toy|figure
dying to get|dying to have|dying to receive|dying to wear|dying to know|dying to read|dying to play
killing time|kill time|dying to see|dying to know|dying to try|dead line
stroke width|blind* fabric|roller blind*|venetian blind*|window blind*|colour blind|blood pressure|blood orange
  |passed on|passed the|passed to
data breach insurance|tennis court|food court|hunger games|hospital bag|scam likely|life hack*|hackathon
  |sudden death|dead on time|dead easy|death star
can|could|would|will + someone|somebody|anyone|anybody + help|tell|explain|please|look|check|show|assist|advise|confirm
  |let|walk|update|reset|send|unlock|fix|get|give|sort
someone|somebody|anyone|anybody + help me|please help|tell me|know how|able to help
reset link|activation link|confirmation link|tracking link|payment link|link in the email|link in your email
  |link in the mail|link you sent|link you emailed
power cut*|price cut*|bleed the radiator*|bleed my radiator*|bleed radiators|shock resistant|shock proof|shock absor*
  |no money left the|no money left my|no money has left|breakdown cover*
  |breakdown of|breakdown service*|breakdown insurance|breakdown recovery|burn through|burns through|burned through
  |daylight robbery|you thieves|bunch of thieves|pack of thieves|thieving|heart attack price*|dying for a
  |highway robbery|robbed by your|smoke grey|smoke gray|to die for|this is killing me
  |court shoe*
  |police my spending|police our spending|police my budget|police the budget
  |self destruct*|drop dead gorgeous|kill switch|killer heels
kill|killing|kills|killed + the process|the app|the task|the program|the subscription|my subscription|a process
  |a task|process
  |the tab|the mood|the vibe|the noise
burn|burning|burnt + a cd|a dvd|cds|dvds|calories|incense|a disc
shoot|shot + me an email|me a mail|me a message|me a text|me over|us an email|over the|me the
knife + block|set|sharpener|rack|blocks|sets
toy|water|nerf|squirt|bubble|price|caulking|radar + gun|guns
lost + internet|connection|signal|power|wifi|reception|my parcel|my receipt|my password|my login|the receipt
  |the password
  |my tracking|in the post
photo|seed|sugar|cherry|water|chocolate|cocoa|f + bomb|bombs
blow up|blowing up + your air|your mattress|your paddling|your pool|your balloon*|your inflatable*|your inbox
  |your reputation|your phone with|your phones with
massage gun*
police box|dead pixel*|dead stock|heating pad|heat gun|in no time|without gas fee|no problem
"""
