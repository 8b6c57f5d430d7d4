"""The variables of the command interpreter that have a meaning for ngspice, from version 39 on.

Some select options of the simulator, some change files or numbers. All other variables are texts that
commands store and read.
"""

from __future__ import annotations

_NAMES = frozenset(
    """
    absdv abstol accept acct acfactortime acloadtime acsolvetime acsynctime actime addcontrol
    addescape altshow appendwrite argc argv askquit autopartial autostop badmos3 brief bypass chgtol
    controlswait convabsstep convlimit convstep copynodesets cptime cshunt cshunt_value csnumprec
    curplot curplotdate curplotname curplottitle debug defad defas defl defm defw device diff_abstol
    diff_reltol diff_vntol diode_cj0 diode_rser diogradingcoeffmax display dpolydegree dyngmin
    editor enable_noisy_r epsmin equations event_node_spacing factortime filetype fillinnz
    fourgridsize fournosave gmin gminfactor gminsteps gnuplot_terminal gridsize gridstyle gshunt
    height history histsubst indverbosity interactive interp itl1 itl2 itl3 itl4 itl5 itl6
    keepopinfo klu klu_memgrow_factor level limpts limtim list loadtime lprplot5 lprps lteabstol
    ltereltol ltetrtol lvlcod lvltim maxevtiter maxopalter maxord maxwarns measoutfile measureprec
    method minbreak mingwpath modelcard modelline moremode mtimeavgwindow newtrunc nfreqs
    ng_nomodcheck ngbehavior ngdebug nginfo no_mem_check no_spiceinit no_spinit noacct
    noasciiplotvalue nobreak node nodedamping noglob noinit noisyxspice nolegend nomod noopac
    noopalter noopiter nopadding nopage noparse noprintscale noquotesinoutput norefvalue
    nosighandling nosort nostepsizelimit nosubckt notrnoise nounits nperiods num_threads numdgt
    numparams oldlimit opts originalnz pivrel pivtol plainlet plainplot plainwrite pointchars
    pointstyle polydegree polysteps printinfo probe_alli_given probe_alli_nox probe_is_given program
    prompt ramptime rawfile rawfileprec rejected reldv reltol remote_shell renumber reordertime
    rhost rndseed rprogram rshunt sanelet scale silent_fileio sim_status soacheck solvetime
    sourcepath sparse spectrace specwindow specwindoworder spicepath sqrnoise srcsteps statlocal
    strict_errorhandling strictnumparse subend subinvoke substart synctime temp ticchar ticlist
    ticmarks time tnom topo_reduce totalnz totiter trancuriters tranfactortime traniter tranloadtime
    tranpoints transolvetime transynctime trantime trantrunctime trtol trytocompact units unixcom
    vntol warn wfont wfont_size width wnflag xbrushwidth xfont xfont_size xgridwidth xmu xtrtol
    """.split()  # noqa: SIM905 - a line of strings per name would hide the list
)
_PREFIXES = (
    "auto_bridge",
    "color",
    "hcopy",
    "help",
    "no_auto",
    "plot",
    "ps_",
    "pyplot",
    "svg_",
    "wr_",
    "x11",
)


def is_of_ngspice(name: str) -> bool:
    """Whether setting the variable `name` (in lower case) changes what ngspice does."""
    return name in _NAMES or name.startswith(_PREFIXES)
