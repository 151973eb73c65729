// MSW's own file is not to be changed, so both stand in a file of the app.
importScripts('/mockServiceWorker.js', '/tokenring-courier.js')
