import unittest

from dirlease_client import attributes, text, v1, values


def entry(**listed):
    return v1.SearchEntry(attributes=[v1.Attribute(type=type, values=octets) for type, octets in listed.items()])


class EntriesTest(unittest.TestCase):
    def test_all_attributes_with_their_values_in_order(self):
        read = attributes(entry(cn=[b"b", b"a", b"\0\xff"], memberOf=[b""], description=[]))
        self.assertEqual(read, {"cn": [b"b", b"a", b"\0\xff"], "memberOf": [b""], "description": []})
        self.assertEqual(list(read), ["cn", "memberOf", "description"])

    def test_they_stay_when_the_entry_changes(self):
        changing = entry(cn=[b"a"])
        read, cn = attributes(changing), values(changing, "cn")
        changing.attributes[0].values.append(b"b")
        self.assertEqual((read, cn), ({"cn": [b"a"]}, [b"a"]))

    def test_values_that_came_as_text_are_octets_all_the_same(self):
        both = v1.SearchEntry(
            attributes=[v1.Attribute(type="sn", text_values=["Zoë"]), v1.Attribute(type="photo", values=[b"\xff"])]
        )
        self.assertEqual(attributes(both), {"sn": ["Zoë".encode()], "photo": [b"\xff"]})
        self.assertEqual((values(both, "SN"), text(both, "sn")), (["Zoë".encode()], ["Zoë"]))

    def test_an_entry_without_attributes(self):
        self.assertEqual(attributes(v1.SearchEntry(dn="cn=a")), {})
        self.assertEqual(values(entry(cn=[b"a"]), "mail"), [])


if __name__ == "__main__":
    unittest.main()
