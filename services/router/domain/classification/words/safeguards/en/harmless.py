"""English words that look like signs and are read over."""

HARMLESS = """
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
poison ivy|bath bomb*|gun metal|gunmetal|glue gun*|staple gun*|heat gun*|spray gun*|nerf gun*|blood red|bomber jacket*
police|nurse|doctor|fireman|pirate|soldier|zombie|skeleton + costume|costumes|outfit|fancy dress|helmet|toy|figure
dying to get|dying to have|dying to receive|dying to wear|dying to know|dying to read|dying to play
killing time|kill time|dying to see|dying to know|dying to try|dead line
stroke width|blind* fabric|roller blind*|venetian blind*|window blind*|colour blind|blood pressure|blood orange
  |passed on|passed the|passed to
data breach insurance|tennis court|food court|hunger games|hospital bag|scam likely|life hack*|hackathon
  |sudden death|dead on time|dead easy|death star
police box|dead pixel*|dead stock|heating pad|heat gun|in no time|without gas fee|no problem
"""
