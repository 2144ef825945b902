"""The letter that brings one voter her credential. In French: it is read by residents of a commune.

Plain text, one file a letter, so that whoever prints and seals them needs no program of ours.
"""

_LETTER = """\
{title}
Votre code de vote

Numéro d'électrice ou d'électeur\u00a0: {number}

Bonjour,

Voici le code qui vous permet de voter en ligne. Il est à vous, pour ce vote seulement.

    {credential}

Pour voter
1. Ouvrez la page de ce vote sur le site de la commune et entrez dans l'isoloir.
2. Recopiez le code avec ses tirets. Majuscules et minuscules comptent. Il n'y a dans ce
   code ni zéro, ni O majuscule, ni I majuscule, ni l minuscule.
3. Choisissez, puis notez le numéro de suivi qui s'affiche\u00a0: il vous servira à retrouver
   votre bulletin dans l'urne publique.

Gardez cette lettre jusqu'à la fin du vote. Vous pouvez voter de nouveau avec le même code\u00a0:
seul le dernier bulletin compte.

Ne montrez ce code à personne. Personne ne vous le demandera, ni par téléphone, ni par
courriel, ni à la mairie. Si vous l'avez perdu, ou si quelqu'un vous regarde voter, allez
au bureau papier.
"""


def letter(title: str, number: str, credential: str) -> str:
    """The text of one letter."""
    return _LETTER.format(title=title, number=number, credential=credential)
