// The model of a run against its result files: node check_model.js MODEL RUN. Every figure of summary.csv, every zone of
// zones.csv and every sample of timeline.csv; what differs is printed, status 1.
'use strict';
const fs = require('fs');
const page = require('./load.js');
const [, , modelPath, folder] = process.argv;
const model = JSON.parse(fs.readFileSync(modelPath, 'utf8')),
	run = model.runs[0],
	bad = [];
page.useModel(model);

// No field of a run holds a quote but reasons, which stand last.
function rows(name) {
	const [head, ...lines] = fs.readFileSync(`${folder}/${name}`, 'utf8').trim().split('\n'),
		columns = head.split(',');
	return lines.map(l => {
		const f = l.split(',');
		return Object.fromEntries(
			columns.map((c, i) => [c, i === columns.length - 1 ? f.slice(i).join(',').replace(/^"|"$/g, '') : f[i]]),
		);
	});
}
const check = (what, a, b) => {
	if (a !== b) bad.push(`${what}: ${a} is not ${b}`);
};
const keyOf = r => run.keys.map(k => r[k]).join();

const summary = rows('summary.csv');
check('rows', run.rows.length, summary.length);
run.rows.forEach((cells, i) =>
	[...run.keys, ...run.figures].forEach((name, c) =>
		check(`row ${i} ${name}`, cells[c] === null ? '' : String(cells[c]), summary[i][name]),
	),
);

const zones = rows('zones.csv'),
	timeline = rows('timeline.csv');
let seen = 0;
for (const packed of run.zones.rows) {
	const key = run.rows[packed.row].slice(0, run.keys.length).join(),
		mine = zones.filter(z => keyOf(z) === key);
	const placed = new Map(mine.filter(z => z.outcome !== 'refused').map(z => [Number(z.zone), z])),
		z = page.unpack(run.zones, packed);
	check('zones', z.nr, placed.size);
	check('refused', packed.nr_refused, mine.length - placed.size);
	packed.refused.map(page.readRefused).forEach(r => {
		const from = mine.find(x => Number(x.zone) === r.number);
		check(
			`refused ${r.number}`,
			`${r.vcpus} ${r.memory} ${r.code} ${r.reason}`,
			`${from.vcpus} ${from.memory_bytes} ${from.error} ${from.reason}`,
		);
	});
	for (let i = 0; i < z.nr; i++) {
		const from = placed.get(z.number[i]),
			what = `zone ${z.number[i]} of ${key}`,
			tick = ns => Math.floor(ns / run.zones.tick_ns);
		check(
			`${what}: what`,
			[
				page.zoneName(z, i),
				z.outcomes[z.outcome[i]],
				z.host[i],
				z.nodes[z.nodeList[i]].join(' '),
				z.vcpus[i],
				z.memory[i],
			].join(),
			[from.name, from.outcome, from.host, from.nodes, from.vcpus, from.memory_bytes].join(),
		);
		check(`${what}: when`, `${z.start[i]} ${z.end[i]}`, `${tick(from.start_ns)} ${tick(from.end_ns)}`);
		let pages = '';
		for (let k = z.part[i]; k < z.part[i + 1]; k++)
			pages += `${pages && ' '}${z.partNode[k]}:${Math.round(z.partMib[k])}`;
		check(
			`${what}: pages`,
			pages,
			from.pages_by_node
				.split(' ')
				.map(p => p.replace(/\d+$/, n => Math.round(n / 256)))
				.join(' '),
		);
		check(`${what}: local`, z.local[i], from.local_page_ppm === '' ? -1 : Math.round(from.local_page_ppm / 1000));
		seen++;
	}
	check('peak', packed.peak_live, Number(summary[packed.row].peak_live_zones));
	const curve = run.timeline.find(t => t.row === packed.row),
		samples = timeline.filter(t => keyOf(t) === key);
	check('samples', curve.time_s.length, samples.length);
	samples.forEach((s, i) =>
		check(
			`sample ${i}`,
			[curve.time_s[i], curve.live_zones[i], curve.local_page_ppm[i] ?? '', curve.zones_refused[i]].join(),
			[s.time_s, s.live_zones, s.local_page_ppm, s.zones_refused].join(),
		),
	);
	// the fleet, replayed, holds what the timeline says: between ticks nothing may start or end
	const edges = new Set([...z.start, ...z.end]);
	for (const s of samples) {
		if (edges.has((Number(s.time_s) * 1e9) / run.zones.tick_ns)) continue;
		const state = page.stateAt(z, (Number(s.time_s) * 1e9) / run.zones.tick_ns);
		check(`live at ${s.time_s}`, state.live, Number(s.live_zones));
		const memory = state.memory.reduce((a, v) => a + v, 0) * 1048576;
		// each zone's part on a node is told to the MiB
		if (summary[packed.row].balloon_steps === '0' && Math.abs(memory - s.resident_bytes) > state.live * 1048576)
			bad.push(`memory at ${s.time_s}: ${memory} is not ${s.resident_bytes}`);
	}
}
if (!seen) bad.push('no zone was compared');
bad.slice(0, 20).forEach(line => console.log(line));
process.exitCode = bad.length ? 1 : 0;
