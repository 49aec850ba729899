"""Do real Subsonic clients play from the server? Exit code 0: every sentence is true, 1: one is not,
3: a client library is missing (its name is printed).

usage: subsonic.py URL USER PASSWORD API_KEY [TITLE]
TITLE: a word that finds a playable song; otherwise the first song of the newest album is searched for.
"""
import asyncio
import hashlib
import json
import sys
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET

try:
    import libsonic  # py-sonic
    import libopensonic  # py-opensonic
    from libopensonic import AsyncConnection
except ImportError as missing:
    print(f"{missing}\nfix: pip install py-sonic py-opensonic")
    sys.exit(3)

base, user, password, key = sys.argv[1:5]
host = urllib.parse.urlsplit(base)
faults = []


def check(sentence, condition, found=""):
    print(f"{'ok   ' if condition else 'FAIL '} {sentence}{'' if condition else f': {found!r}'}")
    if not condition:
        faults.append(sentence)


def rest(method, form="json", **parameters):
    """One call as a program without a library makes it."""
    query = urllib.parse.urlencode({"v": "1.16.1", "c": "test", "f": form, **parameters}, doseq=True)
    with urllib.request.urlopen(f"{base}/rest/{method}?{query}") as answer:
        text = answer.read()
    return json.loads(text)["subsonic-response"] if form == "json" else ET.fromstring(text)


salt = "c19b2d"
token = {"u": user, "t": hashlib.md5((password + salt).encode()).hexdigest(), "s": salt}


def code(**parameters):
    return rest("ping", **parameters).get("error", {}).get("code")


def errors():
    check("a token opens", code(**token) is None, rest("ping", **token))
    check("an API key opens", code(apiKey=key) is None, rest("ping", apiKey=key))
    check("a key tells its user", rest("tokenInfo", apiKey=key)["tokenInfo"]["username"] == user)
    check("a wrong password is 40", code(**{**token, "t": "0" * 32}) == 40)
    check("a wrong key is 44", code(apiKey="x.y.z") == 44)
    check("nobody is 10", code() == 10)
    check("two ways at once are 43", code(**token, apiKey=key) == 43)
    check("a newer major version is 30", rest("ping", **token, v="2.0.0")["error"]["code"] == 30)
    check("what is not there is 70", rest("getSong", **token, id="tr-x")["error"]["code"] == 70)
    check("a missing id is 10", rest("getSong", **token)["error"]["code"] == 10)
    for method in ["star", "setRating", "createPlaylist", "savePlayQueue", "startScan"]:
        answer = rest(method, **token, id="x", name="x", rating=1)
        check(f"{method} is not authorised", answer["error"]["code"] == 50, answer)
    found = rest("nonsense", **token)
    check("an unknown method is refused in form", found["status"] == "failed", found)
    extensions = rest("getOpenSubsonicExtensions")["openSubsonicExtensions"]
    check("extensions are told without a user", "apiKeyAuthentication" in [e["name"] for e in extensions])


def xml_and_post():
    tree = rest("getAlbumList2", form="xml", **token, type="newest")
    check("XML has its namespace", tree.tag == "{http://subsonic.org/restapi}subsonic-response", tree.tag)
    album = tree.find(".//{*}album")
    check("XML has albums with attributes", album is not None and album.get("songCount", "0") != "0")
    genre = rest("getGenres", form="xml", **token).find(".//{*}genre")
    check("a genre's name is text", genre is None or bool(genre.text))
    body = urllib.parse.urlencode({**token, "v": "1.16.1", "c": "t", "f": "json", "type": "random"}).encode()
    with urllib.request.urlopen(f"{base}/rest/getAlbumList2.view", data=body) as answer:
        posted = json.load(answer)["subsonic-response"]
    check("a form by POST is answered", posted["status"] == "ok" and posted["albumList2"]["album"])


def every_reading_call(song, album, artist):
    """What the specification requires of each answer is where it says."""
    calls = {
        "getLicense": "license", "getMusicFolders": "musicFolders", "getIndexes": "indexes",
        "getArtists": "artists", "getGenres": "genres", "getScanStatus": "scanStatus",
        "getStarred": "starred", "getStarred2": "starred2", "getNowPlaying": "nowPlaying",
        "getRandomSongs": "randomSongs", "getPlaylists": "playlists", "getBookmarks": "bookmarks",
        "getPodcasts": "podcasts", "getNewestPodcasts": "newestPodcasts", "getShares": "shares",
        "getInternetRadioStations": "internetRadioStations", "getVideos": "videos",
    }
    for method, member in calls.items():
        for form in ("json", "xml"):
            answer = rest(method, form=form, **token)
            there = member in answer if form == "json" else answer.find(f"{{*}}{member}") is not None
            check(f"{method} answers in {form}", there, answer)
    for method, member, parameters in [
        ("getUser", "user", {"username": user}), ("getSong", "song", {"id": song}),
        ("getAlbum", "album", {"id": album}), ("getArtist", "artist", {"id": artist}),
        ("getAlbumInfo", "albumInfo", {"id": album}), ("getAlbumInfo2", "albumInfo", {"id": album}),
        ("getArtistInfo", "artistInfo", {"id": artist}), ("getArtistInfo2", "artistInfo2", {"id": artist}),
        ("getMusicDirectory", "directory", {"id": album}), ("getSimilarSongs", "similarSongs", {"id": song}),
        ("getSimilarSongs2", "similarSongs2", {"id": artist}), ("getTopSongs", "topSongs", {"id": artist}),
        ("getSonicSimilarTracks", "sonicMatch", {"id": song}), ("getLyrics", "lyrics", {}),
        ("findSonicPath", "sonicMatch", {"startSongId": song, "endSongId": song}),
        ("getLyricsBySongId", "lyricsList", {"id": song}), ("search2", "searchResult2", {"query": "a"}),
        ("search3", "searchResult3", {"query": ""}), ("getSongsByGenre", "songsByGenre", {"genre": "Rock"}),
    ]:
        answer = rest(method, **token, **parameters)
        check(f"{method} answers", answer["status"] == "ok" and member in answer, answer)
    for kind in ["random", "newest", "highest", "frequent", "recent", "alphabeticalByName",
                 "alphabeticalByArtist", "starred"]:
        answer = rest("getAlbumList", **token, type=kind)
        check(f"albums by {kind}", "albumList" in answer, answer)
    years = rest("getAlbumList2", **token, type="byYear", fromYear=1900, toYear=2100)["albumList2"]["album"]
    check("albums by year rise", [a["year"] for a in years] == sorted(a["year"] for a in years))


def pages():
    whole = rest("search3", **token, query="", songCount=500, albumCount=500, artistCount=500)["searchResult3"]
    paged, offset = [], 0
    while page := rest("search3", **token, query='""', songCount=3, songOffset=offset)["searchResult3"]["song"]:
        paged += page
        offset += 3
        if offset >= 30:
            break
    check("an empty query gives everything, page by page",
          [s["id"] for s in paged] == [s["id"] for s in whole["song"]][: len(paged)] and paged)


def py_sonic():
    connection = libsonic.Connection(f"{host.scheme}://{host.hostname}", user, password, port=host.port,
                                     serverPath="/rest", apiVersion="1.16.1")
    check("py-sonic pings", connection.ping() is True)
    album = connection.getAlbumList2("newest", size=5)["albumList2"]["album"][0]
    song = connection.getAlbum(album["id"])["album"]["song"][0]
    word = sys.argv[5] if len(sys.argv) > 5 else song["title"]
    found = connection.search3(word)["searchResult3"]["song"]
    check("py-sonic finds a song by its title", any(s["title"] == song["title"] for s in found) or found, found)
    sound = connection.stream(song["id"]).read()
    check("py-sonic streams the whole song", len(sound) == song["size"], (len(sound), song["size"]))
    small = connection.stream(song["id"], maxBitRate=96).read()
    check("a bitrate's bound makes it smaller", len(small) < len(sound), (len(small), len(sound)))
    check("py-sonic downloads", len(connection.download(song["id"]).read()) > 0)
    cover = connection.getCoverArt(album["coverArt"]).read() if "coverArt" in album else b"-"
    check("py-sonic gets a cover", len(cover) > 0)
    check("py-sonic scrobbles", connection.scrobble(song["id"])["status"] == "ok")
    lists = connection.getPlaylists()["playlists"]["playlist"]
    check("py-sonic sees the edition's lists", len(lists) > 0, lists)
    entries = connection.getPlaylist(lists[0]["id"])["playlist"]["entry"]
    check("and their songs", len(entries) == lists[0]["songCount"], entries)
    return song, album


def py_opensonic():
    connection = libopensonic.Connection(f"{host.scheme}://{host.hostname}", user, password, port=host.port)
    check("py-opensonic pings", connection.ping() is True)
    names = [e.name for e in connection.get_open_subsonic_extensions()]
    check("py-opensonic reads the extensions", "formPost" in names, names)
    artists = [a for index in connection.get_artists().index for a in index.artist]
    check("py-opensonic lists artists", len(artists) > 0)
    artist = connection.get_artist(artists[0].id)
    album = connection.get_album(artist.album[0].id)
    song = connection.get_song(album.song[0].id)
    check("py-opensonic reads a song", song.title == album.song[0].title and song.duration > 0, song)
    # get_music_folders is left out: version 10.4.1 reads the keys of `musicFolders` as folders.
    for call in (connection.get_genres, connection.get_starred2, connection.get_playlists,
                 connection.get_license, connection.get_scan_status,
                 connection.get_internet_radio_stations, connection.get_podcasts, connection.get_bookmarks):
        try:
            call()
            check(f"py-opensonic {call.__name__}", True)
        except Exception as error:  # whatever a library makes of an answer is what its users see
            check(f"py-opensonic {call.__name__}", False, error)
    found = connection.search3(song.title)
    check("py-opensonic finds it", any(s.id == song.id for s in found.song), found)
    connection.scrobble(song.id)
    check("py-opensonic scrobbles", True)
    connection.cleanup()
    return song, album, artist


async def py_opensonic_async(song):
    for way in ({"username": user, "password": password}, {"api_key": key}):
        connection = AsyncConnection(f"{host.scheme}://{host.hostname}", port=host.port, **way)
        check(f"py-opensonic pings by {', '.join(way)}", await connection.ping() is True)
        answer = await connection.stream(song.id)
        sound = await answer.read()
        check("py-opensonic streams a song", len(sound) == song.size, (len(sound), song.size))
        await connection.cleanup()


errors()
xml_and_post()
song, album, artist = py_opensonic()
every_reading_call(song.id, album.id, artist.id)
pages()
py_sonic()
asyncio.run(py_opensonic_async(song))
print(f"{len(faults)} of the sentences are not true" if faults else "all true")
sys.exit(1 if faults else 0)
