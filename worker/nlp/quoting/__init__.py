"""Who says what: cues, what may be their content, how likely and how far, and who speaks.

    lexicon       the words that attribute, by class, part of speech and frame
    syntax        edges of subtrees, subjects and other facts of the parse that the rest asks for
    candidates    pairs of a cue and a possible content, with the frame that ties them
    extents       where a candidate's content may begin and end
    features      what is known of a candidate and of an extent, as strings that the scorer weighs
    scorer        the trained weights and the probabilities that they give
    direct        speech between quotation marks: passages of regions and their cues
    labels        headlines, transcripts, Q and A: a name and a colon
    selection     which candidates are quotes
    speakers      whose words they are
    affiliation   which state or organisation a described speaker belongs to

`selection.choose` runs them in this order, without the speakers.
"""
