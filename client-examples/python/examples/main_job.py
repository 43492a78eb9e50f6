"""The main job: open a lease, stream a search, stop early, see that it was abandoned, compare, modify, unbind."""
import os
import time

from dirlease_client import DirleaseError, Lease, connect, simple, text, v1

BASE = os.environ["DIRLEASE_BASE"]
PERSON = f"uid=user.1,ou=people,{BASE}"


def main() -> None:
    bind = simple(os.environ["DIRLEASE_BIND_DN"], os.environ["DIRLEASE_BIND_PASSWORD"])
    with connect(os.environ["DIRLEASE_ADDRESS"]) as channel, Lease(channel, bind, label="main_job") as lease:
        print(f"lease {lease.id} as {lease.who_am_i()}")
        stop_early(lease)

        mail = v1.CompareRequest(dn=PERSON, attribute_type="mail", text_value="nobody@example.com")
        print("is that the mail address?", lease.compare(mail).matched)

        title = v1.Attribute(type="title", text_values=["Librarian"])
        replace = v1.Modification(type=v1.Modification.TYPE_REPLACE, attribute=title)
        lease.modify(v1.ModifyRequest(dn=PERSON, modifications=[replace]))
        entry = lease.get_entry(v1.GetEntryRequest(dn=PERSON, attributes=["cn", "title"])).entry
        print(*text(entry, "cn"), "is now", *text(entry, "title"))

        try:
            lease.get_entry(v1.GetEntryRequest(dn=f"uid=nobody,ou=people,{BASE}"))
        except DirleaseError as error:
            print(f"LDAP {error.ldap_code} {error.ldap_name}, the nearest entry is {error.matched_dn}")
    # Leaving the block was the Unbind.


def stop_early(lease: Lease) -> None:
    everybody = v1.SearchRequest(base_dn=BASE, filter="(objectClass=person)", auto_page_size=0)
    for number, entry in enumerate(lease.search(everybody), start=1):
        print(entry.dn)
        if number == 3:
            break  # Cancels the stream; the gateway sends the directory an Abandon.
    while lease.get_session().operations:
        time.sleep(0.01)
    print("nothing runs on the lease any more: the search was abandoned")


if __name__ == "__main__":
    main()
