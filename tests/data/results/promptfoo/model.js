// Answers from a list; stands in for a model so that the files are small and the same every time.
module.exports = class {
  constructor(options) { this.name = (options.config || {}).name || 'tiny-base' }
  id() { return this.name }
  async callApi(prompt) {
    await new Promise((done) => setTimeout(done, Number(process.env.DELAY_MS || 5)))
    if (prompt.includes('coal')) return { error: 'HTTP 503 from the model server' }
    const output = prompt.includes('sky') ? 'Blue.' : prompt.includes('grass') ? 'It is green.' : 'I do not know.'
    return { output, tokenUsage: { prompt: 12, completion: 3, total: 15 }, cost: 0.00021 }
  }
}
