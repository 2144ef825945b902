"""Who may take part: residents, electors, accounts, neighbourhoods. Somebody is one person, whatever the channel.

`core.suffrage` decides ages at a date. An e-mail address is a channel, not a person: two persons may share one.
Opens the session in which an agent acts for a resident in her presence.
"""
