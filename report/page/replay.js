// Zones of a row, unpacked from their columns (report/model_zones.c packs them), and the state of the fleet at a
// time. Columns: number and start are differences, signed; life, host, shape, node_list, spill, outcome are plain;
// pages is parts + 1, then node and MiB of each, or 0: all memory on the first node; local is per mille + 1;
// slowdown is 1e-4 above 1 as a signed number + 1; 0 is unknown in both.

function unbase64(text) {
	const raw = atob(text),
		out = new Uint8Array(raw.length);
	for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
	return out;
}

// A reader of one column.
function varints(text) {
	const b = unbase64(text);
	let i = 0;
	const next = () => {
		let v = 0,
			unit = 1,
			c;
		do {
			c = b[i++];
			v += (c & 127) * unit;
			unit *= 128;
		} while (c & 128);
		return v;
	};
	return {
		next,
		signed: () => {
			const v = next();
			return v % 2 ? -(v + 1) / 2 : v / 2;
		},
		done: () => i >= b.length,
	};
}

function column(text, n, Kind = Int32Array) {
	const r = varints(text),
		out = new Kind(n);
	for (let i = 0; i < n; i++) out[i] = r.next();
	return out;
}

function summed(text, n, Kind) {
	const r = varints(text),
		out = new Kind(n);
	for (let i = 0, at = 0; i < n; i++) out[i] = at += r.signed();
	return out;
}

function readPages(zones, z) {
	const r = varints(zones.pages),
		n = z.nr,
		node = [],
		mib = [];
	z.part = new Int32Array(n + 1);
	for (let i = 0; i < n; i++) {
		const parts = r.next();
		z.part[i] = node.length;
		if (parts === 0) {
			node.push(z.nodes[z.nodeList[i]][0] || 0);
			mib.push(z.memory[i] / 1048576);
		}
		for (let k = 1; k < parts; k++) {
			node.push(r.next());
			mib.push(r.next());
		}
	}
	z.part[n] = node.length;
	z.partNode = Int32Array.from(node);
	z.partMib = Float64Array.from(mib);
}

// `all`: run.zones; `row`: one of its rows, with zones. Nodes are lists of numbers.
function unpack(all, row) {
	const p = row.zones,
		n = p.nr,
		z = {nr: n, row: row.row, tick: all.tick_ns / 1e9, outcomes: all.outcomes, names: p.names};
	z.nodes = all.nodes.map(text => text.split(' ').filter(Boolean).map(Number));
	z.number = summed(p.number, n, Int32Array);
	z.start = summed(p.start, n, Float64Array);
	z.end = column(p.life, n, Float64Array).map((v, i) => v + z.start[i]);
	z.host = column(p.host, n);
	const shape = column(p.shape, n);
	z.vcpus = Int32Array.from(shape, s => p.shapes[2 * s]);
	z.memory = Float64Array.from(shape, s => p.shapes[2 * s + 1]);
	z.nodeList = column(p.node_list, n);
	z.spill = column(p.spill, n);
	z.local = column(p.local, n).map(v => v - 1);
	z.slowdown = Float64Array.from(column(p.slowdown, n), v =>
		v === 0 ? NaN : 1 + (v % 2 ? (v - 1) / 2 : -(v - 2) / 2) / 1e4,
	);
	z.outcome = column(p.outcome, n);
	readPages(p, z);
	z.nrHosts = z.host.reduce((a, h) => Math.max(a, h + 1), 0);
	z.byHost = Array.from({length: z.nrHosts}, () => []);
	z.host.forEach((h, i) => z.byHost[h].push(i));
	z.nrNodes = Math.max(
		z.partNode.reduce((a, v) => Math.max(a, v + 1), 0),
		...z.nodes.map(l => Math.max(0, ...l.map(v => v + 1))),
	);
	return z;
}

function zoneName(z, i) {
	return z.names && z.names[i] !== null ? z.names[i] : `z${z.number[i] - 1}`;
}

function lives(z, i, t) {
	return z.start[i] <= t && (t < z.end[i] || (z.outcomes[z.outcome[i]] === 'live' && t <= z.end[i]));
}

// Memory (MiB), strangers' memory (of zones that have not this node) and vCPUs of each host's nodes at tick `t`; vCPUs are
// counted evenly over a zone's nodes, pages where they were when the zone ended.
function stateAt(z, t, nrHosts = z.nrHosts, nrNodes = z.nrNodes) {
	const size = nrHosts * nrNodes;
	const s = {
		t,
		nrHosts,
		nrNodes,
		memory: new Float64Array(size),
		strange: new Float64Array(size),
		vcpus: new Float64Array(size),
		live: 0,
	};
	for (let i = 0; i < z.nr; i++) {
		if (!lives(z, i, t)) continue;
		const base = z.host[i] * nrNodes,
			list = z.nodes[z.nodeList[i]];
		s.live++;
		for (const n of list) s.vcpus[base + n] += z.vcpus[i] / list.length;
		for (let k = z.part[i]; k < z.part[i + 1]; k++) {
			s.memory[base + z.partNode[k]] += z.partMib[k];
			if (!list.includes(z.partNode[k])) s.strange[base + z.partNode[k]] += z.partMib[k];
		}
	}
	return s;
}

// A zone's pages off its own nodes when it ended, MiB.
function offNodes(z, i) {
	const list = z.nodes[z.nodeList[i]];
	let off = 0;
	for (let k = z.part[i]; k < z.part[i + 1]; k++) if (!list.includes(z.partNode[k])) off += z.partMib[k];
	return off;
}

// What other zones held of its host's nodes when a zone came, MiB by node.
function heldAtStart(z, i) {
	const held = new Float64Array(z.nrNodes);
	for (const other of z.byHost[z.host[i]]) {
		if (other === i || z.number[other] > z.number[i] || !lives(z, other, z.start[i])) continue;
		for (let k = z.part[other]; k < z.part[other + 1]; k++) held[z.partNode[k]] += z.partMib[k];
	}
	return held;
}

// "Others left 9 GiB of node 4 when it came, the most of this host's nodes." `mib`: how large the host's nodes are.
function arrivalText(z, i, mib) {
	const held = heldAtStart(z, i),
		left = mib.map((size, n) => Math.max(0, size - held[n])),
		list = z.nodes[z.nodeList[i]];
	if (!list.length || list.length === z.nrNodes) return '';
	const most = left.reduce((a, v, n) => (v > left[a] ? n : a), 0);
	const own = list.slice(0, 4).map(n => `${bytes(Math.round(left[n]) * 1048576)} of node ${n}`);
	const text = `When it came others left ${own.join(', ')}${list.length > 4 ? ' ...' : ''}`;
	if (left[list[0]] >= left[most])
		return `${text}, ${left.filter(v => v >= left[most]).length > 1 ? 'as much as of any' : 'the most of all'}.`;
	return `${text}; the most was ${bytes(Math.round(left[most]) * 1048576)} of node ${most}.`;
}

// What zones.csv says of where a zone went. No more than that: reasons that are not written down are not made up.
function whereText(z, i) {
	const list = z.nodes[z.nodeList[i]],
		off = offNodes(z, i),
		spill = z.spill[i],
		words = [];
	const own = list.length === 1 ? `node ${list[0]}` : `nodes ${list.join(', ')} (in the order chosen)`;
	words.push(`The policy chose ${own}.`);
	if (spill > 0) words.push(`${bytes(spill * 1048576)} of ${bytes(z.memory[i])} did not fit there at launch.`);
	if (off > spill + 1) words.push(`${bytes((off - spill) * 1048576)} more lay elsewhere when it ended: drift.`);
	else if (spill > off + 1)
		words.push(`${bytes((spill - off) * 1048576)} of that had come home, or was given back, when it ended.`);
	else if (!spill) words.push('All of its memory lies there.');
	return words.join(' ');
}
