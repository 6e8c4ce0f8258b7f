"""English signs that somebody may harm themselves."""

SELF_HARM = """
[self_harm]
swallowed & 20 pills|30 pills|40 pills|50 pills|60 pills|20 tablets|30 tablets|40 tablets|50 tablets
  |whole packet of pills|whole bottle of pills|bottle of pills|packet of pills|all of my pills
took|taken|taking & 20 pills|30 pills|40 pills|50 pills|60 pills|20 tablets|30 tablets|40 tablets|50 tablets
  |whole packet of pills|whole bottle of pills|bottle of pills|packet of pills|all of my pills & !from the order
  |from my order|from our order|from this order|off the order|off my order|out of the order|out of my order
took|taken|taking & pills|tablets & order & sick|dizzy|sleepy|drowsy|vomit*|hospital|ambulance|overdos*|goodbye|die
  |dying|dead|sleep|asleep|cant breathe|help me
wanna kms|gonna kms|want to kms|going to kms|about to kms
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
"""
