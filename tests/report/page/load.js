// The scripts of report/page/ as one module: in the page they share one scope, too. None draws until start() is called.
'use strict';
const fs = require('fs');
const path = require('path');
const folder = path.join(__dirname, '../../../report/page');
const files = fs
	.readFileSync(path.join(folder, 'assemble.cmake'), 'utf8')
	.match(/set\(scripts ([^)]*)\)/)[1]
	.split(/\s+/);
const text = files.map(f => fs.readFileSync(path.join(folder, f), 'utf8')).join('\n');
const names = [...text.matchAll(/^function (\w+)/gm)].map(m => m[1]);
module.exports = new Function(`'use strict';\n${text}\nreturn {${names.join(', ')}};`)();

// Columns as report/model_zones.c packs them.
module.exports.packed = values => {
	const out = [];
	for (let v of values) {
		while (v > 127) {
			out.push((v % 128) + 128);
			v = Math.floor(v / 128);
		}
		out.push(v);
	}
	return Buffer.from(out).toString('base64');
};

const share = (better, source = 'counted') => ({title: 't', unit: 'ppm_share', better, source, meaning: 'm'});
module.exports.model = {
	units: {
		count: {one: 1, decimals: 0, sign: ''},
		bytes: {one: 2 ** 30, decimals: 1, sign: 'GiB'},
		s: {one: 1, decimals: 0, sign: 's'},
		ppm_share: {one: 10000, decimals: 2, sign: '%'},
		ppm_factor: {one: 1000000, decimals: 3, sign: 'times'},
		slit_centi: {one: 100, decimals: 2, sign: 'SLIT'},
		ps: {one: 1000, decimals: 1, sign: 'ns'},
	},
	figures: {
		hosts: {title: 'hosts', unit: 'count', better: 'neither', source: 'counted'},
		zones_offered: {title: 'zones offered', unit: 'count', better: 'neither', source: 'counted'},
		zones_placed: {title: 'zones placed', unit: 'count', better: 'higher', source: 'counted'},
		zones_refused: {title: 'zones refused', unit: 'count', better: 'lower', source: 'counted'},
		queue_wait_s: {title: 'waited', unit: 's', better: 'lower', source: 'counted'},
		zones_multi_node: {title: 'on several nodes', unit: 'count', better: 'neither', source: 'counted'},
		balloon_steps: {title: 'balloon steps', unit: 'count', better: 'neither', source: 'counted'},
		balloon_failures: {title: 'balloon failures', unit: 'count', better: 'lower', source: 'counted'},
		spilled_bytes: {title: 'spilled', unit: 'bytes', better: 'lower', source: 'counted'},
		local_page_ppm: share('higher'),
		cause_remote_ppm: share('neither', 'predicted'),
		swing_ppm: share('lower', 'predicted'),
		slowdown_ppm: {title: 'slowdown', unit: 'ppm_factor', better: 'lower', source: 'predicted'},
		mean_distance_centi: {title: 'distance', unit: 'slit_centi', better: 'lower', source: 'counted'},
		memory_latency_ps: {title: 'latency', unit: 'ps', better: 'lower', source: 'predicted'},
	},
};

// A run from rows {policy, seed, ...figures}.
module.exports.run = (rows, more = {}) => {
	const figures = [...new Set(rows.flatMap(r => Object.keys(r).filter(k => k !== 'policy' && k !== 'seed')))];
	return {
		name: 'r',
		keys: ['topology', 'workload', 'policy', 'memory_policy', 'seed'],
		figures,
		rows: rows.map(r => ['t', 'w', r.policy, 'static', r.seed || '1', ...figures.map(f => r[f] ?? null)]),
		cost: {
			latency: 'assumed',
			latency_error: 'a',
			latency_ppm: 370000,
			bandwidth: 'assumed',
			bandwidth_error: 'b',
			bandwidth_ppm: 500000,
		},
		...more,
	};
};
