#include "data/download.h"

#include <curl/curl.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"

enum { MD5_TEXT = 33 };

/* Where the bytes of a transfer go: into the file and through the checksum. */
typedef struct Transfer {
    const Download *download;
    FILE *file;
    EVP_MD_CTX *md5;
    bool terminal;
    int shown; /* per cent */
} Transfer;

/* -- folders -- */

/* mkdir -p */
static bool make_folders(const Download *download, const char *path)
{
    char part[PATH_MAX];
    snprintf(part, sizeof part, "%s", path);
    for (char *p = part + (part[0] == '/');; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char end = *p;
        *p = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return error_raise_errno(ERROR_IO, download->name, "cannot create the folder %s", part) != NULL;
        if (end == '\0')
            return true;
        *p = end;
    }
}

/* Removes a folder of files and what is in it, one level of folders deep; silent if it is not there. */
static void remove_folder(const char *path, int depth)
{
    DIR *folder = opendir(path);
    if (folder == NULL)
        return;
    struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        char name[PATH_MAX];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (snprintf(name, sizeof name, "%s/%s", path, entry->d_name) >= (int)sizeof name)
            continue;
        if (unlink(name) != 0 && depth > 0)
            remove_folder(name, depth - 1);
    }
    closedir(folder);
    rmdir(path);
}

/* -- the transfer -- */

static size_t receive(char *data, size_t size, size_t count, void *user)
{
    Transfer *transfer = user;
    size_t bytes = size * count;
    if (EVP_DigestUpdate(transfer->md5, data, bytes) != 1)
        return 0;
    return fwrite(data, 1, bytes, transfer->file);
}

static int show_progress(void *user, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now)
{
    Transfer *transfer = user;
    (void)up_total;
    (void)up_now;
    if (!transfer->terminal || total <= 0)
        return 0;
    int percent = (int)(100 * now / total);
    if (percent != transfer->shown) {
        transfer->shown = percent;
        fprintf(stderr, "\r%s: %3d%% of %.1f MB%s", transfer->download->url, percent, (double)total / 1e6,
                percent == 100 ? "\n" : "");
    }
    return 0;
}

static void start_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

static bool perform(CURL *curl, Transfer *transfer)
{
    char reason[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(curl, CURLOPT_URL, transfer->download->url);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L); /* give up after a minute without a byte */
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 60L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "taper");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, show_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
    CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK)
        return true;
    return error_raise(ERROR_IO, transfer->download->name, "cannot download %s: %s", transfer->download->url,
                       reason[0] ? reason : curl_easy_strerror(code)) != NULL;
}

static bool check_md5(Transfer *transfer)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    char text[MD5_TEXT] = "";
    if (EVP_DigestFinal_ex(transfer->md5, digest, &length) != 1)
        length = 0;
    for (unsigned int i = 0; i < length && i < MD5_TEXT / 2; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    if (strcmp(text, transfer->download->md5) == 0)
        return true;
    return error_raise(ERROR_FORMAT, transfer->download->name,
                       "File not found or corrupted: %s has the MD5 checksum %s instead of %s",
                       transfer->download->url, text, transfer->download->md5) != NULL;
}

/* Downloads into the file at `path` and compares the checksum. */
static bool fetch(const Download *download, const char *path)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_curl);
    Transfer transfer = {.download = download, .terminal = isatty(STDERR_FILENO), .shown = -1};
    CURL *curl = curl_easy_init();
    transfer.md5 = EVP_MD_CTX_new();
    transfer.file = fopen(path, "wb");
    bool fetched = false;
    if (transfer.file == NULL)
        error_raise_errno(ERROR_IO, download->name, "cannot create %s", path);
    else if (curl == NULL || transfer.md5 == NULL || EVP_DigestInit_ex(transfer.md5, EVP_md5(), NULL) != 1)
        error_raise(ERROR_MEMORY, download->name, "cannot prepare the download");
    else
        fetched = perform(curl, &transfer) && check_md5(&transfer);
    if (transfer.file != NULL && fclose(transfer.file) != 0 && fetched)
        fetched = error_raise_errno(ERROR_IO, download->name, "cannot write %s", path) != NULL;
    EVP_MD_CTX_free(transfer.md5);
    curl_easy_cleanup(curl);
    return fetched;
}

/* -- all of it -- */

/* Puts the unpacked folder in its place; a damaged one that stands there goes into `partial`. */
static bool move_into_place(const Download *download, const char *unpacked, const char *folder,
                            const char *partial)
{
    char old[PATH_MAX];
    if (snprintf(old, sizeof old, "%s/old", partial) >= (int)sizeof old)
        return error_raise(ERROR_IO, download->name, "the path %s is too long", partial) != NULL;
    if (rename(folder, old) != 0 && errno != ENOENT)
        return error_raise_errno(ERROR_IO, download->name, "cannot replace %s", folder) != NULL;
    if (rename(unpacked, folder) == 0)
        return true;
    int reason = errno;
    rename(old, folder);
    errno = reason;
    return error_raise_errno(ERROR_IO, download->name, "cannot create %s", folder) != NULL;
}

static bool download_into(const Download *download, const char *root, const char *partial)
{
    char archive[PATH_MAX], unpacked[PATH_MAX], folder[PATH_MAX];
    if (snprintf(folder, sizeof folder, "%s/%s", root, download->folder) >= (int)sizeof folder ||
        snprintf(archive, sizeof archive, "%s/archive", partial) >= (int)sizeof archive ||
        snprintf(unpacked, sizeof unpacked, "%s/unpacked", partial) >= (int)sizeof unpacked)
        return error_raise(ERROR_IO, download->name, "the path %s is too long", root) != NULL;
    return fetch(download, archive) && make_folders(download, unpacked) &&
           data_unpack(download, archive, unpacked) && move_into_place(download, unpacked, folder, partial);
}

bool data_download_archive(const Download *download, const char *root)
{
    char partial[PATH_MAX];
    if (snprintf(partial, sizeof partial, "%s/.%s.partial", root, download->folder) >= (int)sizeof partial)
        return error_raise(ERROR_IO, download->name, "the path %s is too long", root) != NULL;
    if (!make_folders(download, root))
        return false;
    int lock = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0 || flock(lock, LOCK_EX) != 0) {
        error_raise_errno(ERROR_IO, download->name, "cannot use the folder %s", root);
        if (lock >= 0)
            close(lock);
        return false;
    }
    remove_folder(partial, 2); /* of a download that was killed */
    bool done = make_folders(download, partial) && download_into(download, root, partial);
    remove_folder(partial, 2);
    close(lock);
    return done;
}
