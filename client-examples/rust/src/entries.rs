use crate::v1::SearchEntry;

/// Adds a piece to the former ones of the same entry, whose `continued` was set.
pub(crate) fn join_piece(entry: &mut SearchEntry, piece: SearchEntry) {
    let mut attributes = piece.attributes.into_iter().peekable();
    // A cut between the values of one attribute repeats its type at the head of the next piece.
    if let Some(last) = entry.attributes.last_mut() {
        if let Some(rest) = attributes.next_if(|first| first.r#type == last.r#type) {
            last.values.extend(rest.values);
            last.text_values.extend(rest.text_values);
        }
    }
    entry.attributes.extend(attributes);
    entry.controls.extend(piece.controls);
    entry.continued = piece.continued;
}

/// Joins the pieces within a list.
pub(crate) fn join_pieces(pieces: Vec<SearchEntry>) -> Vec<SearchEntry> {
    let mut whole: Vec<SearchEntry> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match whole.last_mut().filter(|last| last.continued) {
            Some(entry) => join_piece(entry, piece),
            None => whole.push(piece),
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v1::Attribute;

    #[test]
    fn joins_pieces() {
        let piece = |value: &str, continued| SearchEntry {
            dn: "cn=large".into(),
            attributes: vec![Attribute { r#type: "member".into(), values: vec![value.into()], text_values: vec![] }],
            continued,
            ..Default::default()
        };
        let small = SearchEntry { dn: "cn=small".into(), ..Default::default() };
        let entries = join_pieces(vec![piece("1", true), piece("2", true), piece("3", false), small]);
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0].attributes.len(), 1);
        assert_eq!(entries[0].attributes[0].values, ["1".as_bytes(), b"2", b"3"]);
        assert!(!entries[0].continued);
    }
}
