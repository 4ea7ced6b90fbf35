// What administrators read: the figures by the day, and what was done.

const daysShown = 30

export async function showFigures({ name: place, execute }) {
  const since = Date.now() - daysShown * 24 * 60 * 60 * 1000
  const days = await execute(`SELECT date(hour / 1000, 'unixepoch') AS day, SUM(sign_ups) AS up,
      SUM(sign_ins) AS came, SUM(failed_sign_ins) AS failed
    FROM hourly_figures WHERE hour > ${since} GROUP BY day ORDER BY day DESC`)
  if (days.length === 0) console.log(`Nothing was counted yet in ${place}: cron does, every hour.`)
  else console.log('day (UTC)   sign-ups  sign-ins  failed')
  for (const { day, up, came, failed } of days) {
    const counts = [String(up).padStart(8), String(came).padStart(8), String(failed).padStart(6)]
    console.log(`${day}  ${counts.join('  ')}`)
  }
  return 0
}

const entriesShown = 50

export async function showAudit({ name: place, execute }) {
  const entries = await execute(`SELECT * FROM audit_entries WHERE id > '' ORDER BY id DESC
    LIMIT ${entriesShown}`)
  if (entries.length === 0) console.log(`Nothing was done yet in ${place}.`)
  for (const {
    at,
    actor_name: actor,
    act,
    subject_name: name,
    subject_id: id,
    detail,
  } of entries) {
    const what = `${act.replaceAll('_', ' ')}${detail === null ? '' : ` (${detail})`}`
    console.log(`${new Date(at).toISOString()}  ${actor ?? 'the shell'}: ${what}  ${name} ${id}`)
  }
  return 0
}
