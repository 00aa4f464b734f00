// Takes the place of packages that a test loads and never uses: see jest.config.mjs.
module.exports = {};
