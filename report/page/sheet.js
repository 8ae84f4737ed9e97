// summary.csv as rows, and rows as what is compared: one place (topology and workload) with its
// contenders (policy, and memory policy and allocator where they vary), each of some seeds.

// {index, key: {policy, ...}, of: {zones_placed, ...}}; unknown figures are null.
function rowsOf(run) {
	const n = run.keys.length;
	return run.rows.map((cells, index) => {
		const key = {},
			of = {};
		run.keys.forEach((name, i) => {
			key[name] = cells[i];
		});
		run.figures.forEach((name, i) => {
			of[name] = cells[n + i];
		});
		return {index, key, of};
	});
}

function varies(rows, column) {
	return rows.some(r => r.key[column] !== rows[0].key[column]);
}

// "edera-compact dynamic xen": what tells the row from its neighbours, without its seed.
function contenderName(rows, row) {
	return ['policy', 'memory_policy', 'allocator']
		.filter(c => row.key[c] !== undefined && (c === 'policy' || varies(rows, c)))
		.map(c => row.key[c])
		.join(' ');
}

// Nodes of a place's host, when its file is still there.
function hostOf(model, place) {
	return model.hosts.find(h => h.name === place.topology);
}

function summarise(contender, figure) {
	const known = contender.rows.map(r => r.of[figure]).filter(v => v !== null && v !== undefined);
	if (!known.length) return null;
	const sum = known.reduce((a, v) => a + v, 0);
	return {mean: sum / known.length, low: Math.min(...known), high: Math.max(...known), nr: known.length};
}

function meanOf(contender, figure) {
	const s = summarise(contender, figure);
	return s && s.mean;
}

// All places of a run, in the order of the file; policies in the order in which they were asked for, of which the first
// is the baseline, then the others.
function placesOf(run) {
	const rows = rowsOf(run),
		order = run.policies || [],
		places = [];
	const rank = name => (order.indexOf(name) < 0 ? order.length : order.indexOf(name));
	for (const row of rows) {
		const {topology, workload} = row.key;
		let place = places.find(p => p.topology === topology && p.workload === workload);
		if (!place) places.push((place = {topology, workload, rows: []}));
		place.rows.push(row);
	}
	for (const place of places) {
		place.run = run;
		place.seeds = [...new Set(place.rows.map(r => r.key.seed))];
		place.contenders = [];
		for (const row of place.rows) {
			const name = contenderName(place.rows, row);
			let c = place.contenders.find(x => x.name === name);
			if (!c)
				place.contenders.push((c = {name, policy: row.key.policy, rows: [], first: place.contenders.length}));
			c.rows.push(row);
		}
		place.contenders.sort((a, b) => rank(a.policy) - rank(b.policy) || a.first - b.first);
		place.contenders.forEach((c, i) => {
			c.index = i;
		});
		place.baseline = place.contenders[0];
		place.name = `${place.workload} on ${place.topology}`;
	}
	return places;
}
