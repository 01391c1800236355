// Verifies an exported log (C2SP tlog-tiles on disk) and .tlog-proof files with golang.org/x/mod/sumdb, which shares
// nothing with the system that wrote them.
//
//	verify_log FOLDER VKEY-FILE [PROOF-FILE...]
//
// Checked: the checkpoint's signature; every entry bundle; every tile against the entries; the root; inclusion of
// entries and consistency with earlier sizes, both read back from the tiles; each proof file. Prints what it checked.
// Exit 0 all is well, 1 a fault was found, 2 wrong usage.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8
const proofHeader = "c2sp.org/tlog-proof@v1\n"

// checkpoint is what a signed note of a log says.
type checkpoint struct {
	size int64
	root tlog.Hash
}

func parseCheckpoint(message []byte, verifier note.Verifier) (checkpoint, error) {
	opened, err := note.Open(message, note.VerifierList(verifier))
	if err != nil {
		return checkpoint{}, fmt.Errorf("checkpoint signature: %w", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[len(lines)-1] != "" {
		return checkpoint{}, errors.New("checkpoint: fewer than three lines")
	}
	if lines[0] != verifier.Name() {
		return checkpoint{}, fmt.Errorf("checkpoint: origin %q is not the key's name", lines[0])
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return checkpoint{}, fmt.Errorf("checkpoint: size %q", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return checkpoint{}, fmt.Errorf("checkpoint: root: %w", err)
	}
	return checkpoint{size, root}, nil
}

// diskPath is where a tile lies on disk: tlog names the height in its paths, C2SP does not.
func diskPath(tile tlog.Tile) string {
	path := tile.Path()
	if tile.L == -1 {
		return strings.Replace(path, "tile/8/data/", "tile/entries/", 1)
	}
	return strings.Replace(path, "tile/8/", "tile/", 1)
}

// memory holds the hashes computed from the entries, in tlog's order.
type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(m)) {
			return nil, fmt.Errorf("hash %d is not there", index)
		}
		hashes[i] = m[index]
	}
	return hashes, nil
}

// folder reads tiles from disk for tlog.TileHashReader, which authenticates them against the root.
type folder string

func (f folder) Height() int { return tileHeight }

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	all := make([][]byte, len(tiles))
	for i, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(string(f), diskPath(tile)))
		if err != nil {
			return nil, err
		}
		all[i] = data
	}
	return all, nil
}

// readBundle splits one entry bundle.
func readBundle(data []byte, count int) ([][]byte, error) {
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return nil, errors.New("an entry is cut off")
		}
		length := int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:2+length])
		data = data[2+length:]
	}
	if len(entries) != count {
		return nil, fmt.Errorf("%d entries instead of %d", len(entries), count)
	}
	return entries, nil
}

// readEntries hashes every entry and returns all stored hashes and the leaf hashes. It marks the bundles it read.
func readEntries(dir string, size int64, known map[string]bool) (memory, []tlog.Hash, error) {
	var stored memory
	var leaves []tlog.Hash
	for first := int64(0); first < size; first += 1 << tileHeight {
		width := size - first
		if width > 1<<tileHeight {
			width = 1 << tileHeight
		}
		tile := tlog.Tile{H: tileHeight, L: -1, N: first >> tileHeight, W: int(width)}
		data, err := os.ReadFile(filepath.Join(dir, diskPath(tile)))
		if err != nil {
			return nil, nil, fmt.Errorf("entry bundle: %w", err)
		}
		entries, err := readBundle(data, int(width))
		if err != nil {
			return nil, nil, fmt.Errorf("entry bundle %s: %w", diskPath(tile), err)
		}
		for i, entry := range entries {
			hashes, err := tlog.StoredHashes(first+int64(i), entry, stored)
			if err != nil {
				return nil, nil, err
			}
			stored = append(stored, hashes...)
			leaves = append(leaves, tlog.RecordHash(entry))
		}
		known[diskPath(tile)] = true
	}
	return stored, leaves, nil
}

// checkTiles compares every tile that a log of this size has with what the entries give.
func checkTiles(dir string, size int64, stored memory, known map[string]bool) (int, error) {
	count := 0
	tiles := tlog.NewTiles(tileHeight, 0, size)
	for i, tile := range tiles {
		if i+1 < len(tiles) && tiles[i+1].L == tile.L && tiles[i+1].N == tile.N {
			continue // NewTiles names partial tiles of every width; a log of this size has the widest
		}
		path := diskPath(tile)
		want, err := tlog.ReadTileData(tile, stored)
		if err != nil {
			return 0, err
		}
		have, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return 0, fmt.Errorf("tile: %w", err)
		}
		if !bytes.Equal(want, have) {
			return 0, fmt.Errorf("tile %s differs from the entries", path)
		}
		known[path] = true
		count++
	}
	return count, nil
}

// checkOthers looks at tiles and bundles that were left from earlier sizes: each must be a beginning of the full one.
func checkOthers(dir string, size int64, stored memory, leaves []tlog.Hash, known map[string]bool) (int, error) {
	others := 0
	err := filepath.WalkDir(filepath.Join(dir, "tile"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil || known[name] {
			return err
		}
		rest := strings.TrimPrefix(name, "tile/")
		rest = strings.Replace(rest, "entries/", "data/", 1)
		tile, err := tlog.ParseTilePath("tile/8/" + rest)
		if err != nil {
			return fmt.Errorf("%s is no tile", name)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if tile.L == -1 {
			first := tile.N << tileHeight
			if first+int64(tile.W) > size {
				return fmt.Errorf("bundle %s is beyond the checkpoint", name)
			}
			entries, err := readBundle(data, tile.W)
			if err != nil {
				return fmt.Errorf("entry bundle %s: %w", name, err)
			}
			for i, entry := range entries {
				if tlog.RecordHash(entry) != leaves[first+int64(i)] {
					return fmt.Errorf("entry bundle %s differs from the entries", name)
				}
			}
		} else {
			if (tile.N<<tileHeight+int64(tile.W))<<(uint(tile.L)*tileHeight) > size {
				return fmt.Errorf("tile %s is beyond the checkpoint", name)
			}
			want, err := tlog.ReadTileData(tile, stored)
			if err != nil || !bytes.Equal(want, data) {
				return fmt.Errorf("tile %s differs from the entries", name)
			}
		}
		others++
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) && size == 0 {
		return 0, nil
	}
	return others, err
}

// samples are sizes and indexes at which trees go wrong: edges, powers of two, tile borders.
func samples(size int64) []int64 {
	var list []int64
	seen := map[int64]bool{}
	for _, n := range []int64{0, 1, 2, 3, 127, 128, 254, 255, 256, 257, 511, 512, 65535, 65536, 65537,
		size / 3, size / 2, size - 2, size - 1} {
		if n >= 0 && n < size && !seen[n] {
			seen[n] = true
			list = append(list, n)
		}
	}
	return list
}

// checkProofs makes inclusion and consistency proofs out of the tiles on disk and checks them.
func checkProofs(dir string, head checkpoint, stored memory, leaves []tlog.Hash) (int, int, error) {
	reader := tlog.TileHashReader(tlog.Tree{N: head.size, Hash: head.root}, folder(dir))
	included, consistent := 0, 0
	for _, n := range samples(head.size) {
		proof, err := tlog.ProveRecord(head.size, n, reader)
		if err != nil {
			return 0, 0, fmt.Errorf("inclusion of %d: %w", n, err)
		}
		if err := tlog.CheckRecord(proof, head.size, head.root, n, leaves[n]); err != nil {
			return 0, 0, fmt.Errorf("inclusion of %d: %w", n, err)
		}
		included++
		if n == 0 {
			continue
		}
		older, err := tlog.TreeHash(n, stored)
		if err != nil {
			return 0, 0, err
		}
		growth, err := tlog.ProveTree(head.size, n, reader)
		if err != nil {
			return 0, 0, fmt.Errorf("consistency with %d: %w", n, err)
		}
		if err := tlog.CheckTree(growth, head.size, head.root, n, older); err != nil {
			return 0, 0, fmt.Errorf("consistency with %d: %w", n, err)
		}
		consistent++
	}
	return included, consistent, nil
}

// checkProofFile checks one .tlog-proof against the folder's entries. Its checkpoint may be an earlier one.
func checkProofFile(path string, verifier note.Verifier, head checkpoint, stored memory, leaves []tlog.Hash) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	top, message, found := bytes.Cut(data, []byte("\n\n"))
	if !found || !bytes.HasPrefix(data, []byte(proofHeader)) {
		return errors.New("not a tlog-proof")
	}
	lines := strings.Split(strings.TrimPrefix(string(top), proofHeader), "\n")
	if strings.HasPrefix(lines[0], "extra ") {
		if _, err := base64.StdEncoding.DecodeString(lines[0][6:]); err != nil {
			return errors.New("extra line is not base64")
		}
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return errors.New("no index line")
	}
	index, err := strconv.ParseInt(lines[0][6:], 10, 64)
	if err != nil || index < 0 || strconv.FormatInt(index, 10) != lines[0][6:] {
		return fmt.Errorf("index %q", lines[0][6:])
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return fmt.Errorf("hash %q", line)
		}
		proof = append(proof, hash)
	}
	signed, err := parseCheckpoint(message, verifier)
	if err != nil {
		return err
	}
	if signed.size > head.size || index >= signed.size {
		return fmt.Errorf("index %d, proof size %d, log size %d do not fit", index, signed.size, head.size)
	}
	older, err := tlog.TreeHash(signed.size, stored)
	if err != nil {
		return err
	}
	if older != signed.root {
		return fmt.Errorf("checkpoint of size %d has another root than the entries", signed.size)
	}
	return tlog.CheckRecord(proof, signed.size, signed.root, index, leaves[index])
}

func run(dir, vkeyFile string, proofs []string) error {
	vkey, err := os.ReadFile(vkeyFile)
	if err != nil {
		return err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		return fmt.Errorf("vkey: %w", err)
	}
	message, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return err
	}
	head, err := parseCheckpoint(message, verifier)
	if err != nil {
		return err
	}
	fmt.Printf("checkpoint: %s, %d entries, signature good\n", verifier.Name(), head.size)

	known := map[string]bool{}
	stored, leaves, err := readEntries(dir, head.size, known)
	if err != nil {
		return err
	}
	fmt.Printf("entries: %d hashed\n", len(leaves))
	if head.size > 0 {
		root, err := tlog.TreeHash(head.size, stored)
		if err != nil {
			return err
		}
		if root != head.root {
			return errors.New("root of the entries is not the checkpoint's root")
		}
	} else if head.root.String() != "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" {
		return errors.New("root of an empty log is wrong")
	}
	fmt.Println("root: equal")

	tiles, err := checkTiles(dir, head.size, stored, known)
	if err != nil {
		return err
	}
	others, err := checkOthers(dir, head.size, stored, leaves, known)
	if err != nil {
		return err
	}
	fmt.Printf("tiles: %d equal to the entries, %d other files checked\n", tiles, others)

	included, consistent, err := checkProofs(dir, head, stored, leaves)
	if err != nil {
		return err
	}
	fmt.Printf("proofs from the tiles: %d inclusion, %d consistency\n", included, consistent)

	for _, path := range proofs {
		if err := checkProofFile(path, verifier, head, stored, leaves); err != nil {
			return fmt.Errorf("proof file %s: %w", filepath.Base(path), err)
		}
		fmt.Printf("proof file %s: good\n", filepath.Base(path))
	}
	return nil
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: verify_log FOLDER VKEY-FILE [PROOF-FILE...]")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "FAULT:", err)
		os.Exit(1)
	}
	fmt.Println("OK")
}
